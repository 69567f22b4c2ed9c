"""Video jobs over HTTP: submitted, polled, fetched; whose they are; what a restart and a second poll change."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from crossroads_gateway import make_app
from crossroads_gateway.jobs import Download

from crossroads.call import Head
from crossroads.client import AsyncClient
from crossroads.errors import DeadlineExceeded, StreamCut, UpstreamError
from crossroads.testing.plugins import exchange_with, offer
from crossroads.wire import HttpRequest

URL = "https://acme.example/v1"
VIDEO = {
    "hosts": ["acme.example"],
    "operations": {"video": {"dialect": "openai-video", "url": "{base_url}/videos"}},
}
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
UPSTREAM_ID = "up/../1"
KEYS = [{"name": name, "hash": hashlib.sha256(name.encode()).hexdigest()} for name in ("mine", "theirs")]
MINE, THEIRS = ({"authorization": f"Bearer {name}"} for name in ("mine", "theirs"))


class Reply:
    """An upstream's response; closed: was it let go?"""

    def __init__(self, status: int, kind: bytes, body: bytes) -> None:
        self.status, self.headers, self.framed = status, ((b"content-type", kind),), True
        self.body, self.closed, self.pieces = body, False, 0

    async def read(self, limit_bytes: int) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.body), 1000):
            self.pieces += 1
            yield self.body[at : at + 1000]

    async def aclose(self) -> None:
        self.closed = True


class Studio:
    """A provider that makes videos: the state of its only job is what a test says."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []
        self.replies: list[Reply] = []
        self.job: dict[str, Any] = {"id": UPSTREAM_ID, "object": "video", "status": "queued"}
        self.status = 200

    async def send(self, request: HttpRequest) -> Reply:
        self.asked.append(request)
        if request.url.endswith("/content"):
            self.replies.append(Reply(200, b"video/mp4", MP4))
        else:
            self.replies.append(Reply(self.status, b"application/json", json.dumps(self.job).encode()))
        return self.replies[-1]


@asynccontextmanager
async def gateway(studio: Studio, **config: Any) -> AsyncIterator[Any]:
    acme = offer(
        "acme", URL, models={"acme/reel": "reel-1"}, api_key="k-upstream", manifest=VIDEO, price_usd={"second": "0.10"}
    )
    async with exchange_with(acme, transport=studio, config=config) as x:
        inside = httpx.ASGITransport(make_app(x))
        async with httpx.AsyncClient(transport=inside, base_url="http://localhost") as http:
            http.exchange = x
            yield http


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


async def submit(http: Any, **headers: str) -> dict[str, Any]:
    asked = {"model": "acme/reel", "prompt": "a calm sea", "duration": 8}
    reply = await http.post("/api/v1/videos", json=asked, headers=headers)
    assert reply.status_code == 202, reply.text
    return reply.json()


async def test_a_job_is_submitted_polled_and_fetched():
    studio = Studio()
    async with gateway(studio) as http:
        job = await submit(http)
        assert (job["status"], job["model"], job["usage"]) == ("pending", "acme/reel", {"cost": 0.8, "is_byok": False})
        assert json.loads(studio.asked[0].body) == {"model": "reel-1", "prompt": "a calm sea", "seconds": 8}
        studio.job |= {"status": "in_progress", "progress": 40}
        state = (await http.get(job["polling_url"])).json()
        assert (state["id"], state["status"], state["progress"]) == (job["id"], "in_progress", 40)
        assert "usage" not in state
        studio.job |= {"status": "completed", "progress": 100}
        state = (await http.get(job["polling_url"])).json()
        assert (state["status"], state["generation_id"], state["usage"]["cost"]) == (
            "completed",
            job["generation_id"],
            0.8,
        )
        reply = await http.get(state["unsigned_urls"][0])
        assert (reply.status_code, reply.headers["content-type"], reply.content) == (200, "video/mp4", MP4)
        assert studio.asked[-1].url == f"{URL}/videos/up%2F..%2F1/content"
        assert studio.asked[-1].header(b"authorization") == b"Bearer k-upstream"
        assert all(reply.closed for reply in studio.replies)


async def test_a_job_is_metered_once_by_its_submission():
    studio = Studio()
    async with gateway(studio) as http:
        job = await submit(http)
        studio.job["status"] = "completed"
        for _ in range(3):
            await http.get(job["polling_url"])
        await http.get(f"{job['polling_url']}/content")
        (generation,) = http.exchange.store.generations()
        assert (generation.id, generation.cost_nano, generation.operation) == (
            job["generation_id"],
            800_000_000,
            "video",
        )
        assert generation.attempts[0].usage.seconds == 8


async def test_what_the_upstream_says_it_makes_is_what_is_charged():
    studio = Studio()
    studio.job["seconds"] = "4"
    async with gateway(studio) as http:
        assert (await submit(http))["usage"]["cost"] == 0.4


async def test_anothers_job_is_like_an_unknown_one():
    studio = Studio()
    async with gateway(studio, keys=KEYS) as http:
        job = await submit(http, **MINE)
        sent = len(studio.asked)
        for path in (job["polling_url"], f"{job['polling_url']}/content"):
            theirs = await http.get(path, headers=THEIRS)
            made_up = await http.get(path.replace(job["id"], "job-x"), headers=THEIRS)
            assert theirs.status_code == made_up.status_code == 404
            assert theirs.text.replace(job["id"][:100], "") == made_up.text.replace("job-x", "")
            assert (await http.get(path)).status_code == 401
        assert len(studio.asked) == sent
        assert (await http.get(job["polling_url"], headers=MINE)).status_code == 200


@pytest.mark.parametrize("at", [4, 10, 40, -2])
async def test_an_id_that_was_touched_is_unknown(at):
    studio = Studio()
    async with gateway(studio) as http:
        id = (await submit(http))["id"]
        touched = id[:at] + ("A" if id[at] != "A" else "B") + id[at:][1:]
        assert (await http.get(f"/v1/videos/{touched}")).status_code == 404
        assert len(studio.asked) == 1


async def test_a_job_outlives_a_restart_and_its_key_is_the_owners_alone(home):
    studio = Studio()
    async with gateway(studio) as http:
        id = (await submit(http))["id"]
    async with gateway(studio) as http:
        assert (await http.get(f"/v1/videos/{id}")).json()["status"] == "queued"
    assert (home / "jobs.key").stat().st_mode & 0o077 == 0
    (home / "jobs.key").unlink()
    async with gateway(studio) as http:
        assert (await http.get(f"/v1/videos/{id}")).status_code == 404


async def test_nothing_is_sent_while_no_job_can_be_kept(home):
    home.write_text("no folder")
    studio = Studio()
    async with gateway(studio) as http:
        reply = await http.post("/v1/videos", json={"model": "acme/reel", "prompt": "x"})
        assert (reply.status_code, studio.asked) == (500, [])


async def test_a_failed_job_says_why_in_the_words_of_each_api():
    studio = Studio()
    async with gateway(studio) as http:
        id = (await submit(http))["id"]
        studio.job |= {"status": "failed", "error": {"code": "moderation", "message": "no cats"}}
        assert (await http.get(f"/api/v1/videos/{id}")).json()["error"] == "no cats"
        assert (await http.get(f"/v1/videos/{id}")).json()["error"]["message"] == "no cats"


async def test_an_upstream_error_while_polling_is_an_error_reply_and_meters_nothing():
    studio = Studio()
    async with gateway(studio) as http:
        id = (await submit(http))["id"]
        studio.status, studio.job = 500, {"error": {"message": "down"}}
        reply = await http.get(f"/api/v1/videos/{id}")
        assert reply.status_code >= 500
        assert reply.json()["error"]["metadata"]["provider_name"]
        assert len(http.exchange.store.generations()) == 1


async def test_a_download_that_is_cut_upstream_has_no_end():
    async def parts() -> AsyncIterator[Any]:
        yield b"half"
        raise StreamCut("it ended early.", remedy="Retry.")

    async def receive() -> Any:
        await asyncio.Event().wait()

    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    await Download(Head(200, ()), parts())({"type": "http"}, receive, send)
    assert [message.get("body") for message in sent] == [None, b"half"]
    assert sent[-1]["more_body"]


async def test_an_index_is_a_number():
    async with gateway(Studio()) as http:
        id = (await submit(http))["id"]
        assert (await http.get(f"/v1/videos/{id}/content?index=-1")).status_code == 400


async def test_the_client_submits_waits_and_fetches():
    studio = Studio()
    async with gateway(studio) as http, AsyncClient(http.exchange) as client:
        job = await client.video("acme/reel", "a calm sea", duration=8)
        assert job.status == "pending"
        assert not job.ended
        seen = []

        def told(state: Any) -> None:
            seen.append(state.status)
            studio.job["status"] = "completed"

        done = await client.video_wait(job, every_s=0, progress=told)
        assert seen == ["pending", "completed"]
        assert done.ended
        assert b"".join([piece async for piece in client.video_content(done)]) == MP4


async def test_waiting_is_bounded_and_a_failure_is_raised():
    studio = Studio()
    async with gateway(studio) as http, AsyncClient(http.exchange) as client:
        job = await client.video("acme/reel", "a calm sea")
        with pytest.raises(DeadlineExceeded):
            await client.video_wait(job, every_s=0, timeout_s=0.01)
        studio.job |= {"status": "failed", "error": "no cats"}
        with pytest.raises(UpstreamError, match="no cats"):
            await client.video_wait(job, every_s=0)


async def test_openrouters_sdk_submits_polls_and_fetches():
    openrouter = pytest.importorskip("openrouter", reason="OpenRouter's SDK is not installed")
    studio = Studio()
    async with gateway(studio) as http:
        sdk = openrouter.OpenRouter(api_key="any", async_client=http, server_url="http://localhost/api/v1")
        job = await sdk.video_generation.generate_async(model="acme/reel", prompt="a calm sea", duration=8)
        studio.job["status"] = "completed"
        done = await sdk.video_generation.get_generation_async(job_id=job.id)
        assert (job.status, done.status, done.usage.cost) == ("pending", "completed", 0.8)
        content = await sdk.video_generation.get_video_content_async(job_id=job.id)
        assert await content.aread() == MP4


async def test_openais_sdk_polls_and_fetches():
    openai = pytest.importorskip("openai", reason="OpenAI's SDK is not installed")
    studio = Studio()
    async with gateway(studio) as http:
        id = (await submit(http))["id"]
        sdk = openai.AsyncOpenAI(api_key="any", http_client=http, base_url="http://localhost/v1", max_retries=0)
        assert (await sdk.videos.retrieve(id)).status == "queued"
        studio.job |= {"status": "completed", "progress": 100}
        assert (await sdk.videos.poll(id)).progress == 100
        assert (await sdk.videos.download_content(id)).content == MP4


async def test_a_head_of_what_a_job_made_fetches_none_of_it():
    studio = Studio()
    async with gateway(studio) as http:
        job = (await http.post("/api/v1/videos", json={"model": "acme/reel", "prompt": "x"})).json()
        reply = await http.head(f"{job['polling_url']}/content")
    assert (reply.status_code, reply.headers["content-type"], reply.content) == (200, "video/mp4", b"")
    assert (studio.replies[-1].pieces, studio.replies[-1].closed) == (0, True)
