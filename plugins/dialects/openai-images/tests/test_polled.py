"""Images by a job: asked for until done, and never a reply of one that failed."""

import json

import pytest
from crossroads_openai_chat.asked import JobWords, job_of
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import addresses_only, from_text_only

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.types.images import ImageRequest

PNG = b"\x89PNG"
STATES = {"waiting": "pending", "done": "completed", "failed": "failed"}


class Draws(PolledImages):
    name = "draws"

    def read(self, body):
        told = whole(body)
        return job_of(told.get("id"), told.get("state"), STATES, made=told.get("urls"), reason=told.get("why"))

    def job_url(self, url, upstream_id):
        return f"{url}/{upstream_id}"


def step(**told):
    return Draws().step(json.dumps(told).encode(), None, url="u", upstream="m")


class Fetches(Draws):
    gives_itself = True


def test_an_image_that_is_wanted_itself_is_fetched_without_the_key_or_refused():
    told = json.dumps({"id": "j-1", "state": "done", "urls": ["https://x.example/a.png"]}).encode()
    wanted = ImageRequest(response_format="b64_json")
    found = Fetches().step(told, wanted, url="u", upstream="m")
    assert (found.url, found.bare) == ("https://x.example/a.png", True)
    assert Fetches().step(told, ImageRequest(), url="u", upstream="m") is None
    assert Fetches().step(PNG, wanted, url="u", upstream="m") is None
    row = {"b64_json": "iVBORw==", "media_type": "image/png"}
    assert Fetches().decode_response(PNG).document == {"data": [row]}
    for draws, fields in ((Draws(), {}), (Fetches(), {"n": 2})):
        with pytest.raises(Unsupported):
            draws.suits(wanted, {"response_format": "b64_json", **fields})
    Fetches().suits(ImageRequest(), {"n": 2})


@pytest.mark.parametrize("state", ["waiting", "a word of tomorrow"])
def test_a_job_on_its_way_is_asked_for(state):
    assert step(id="j-1", state=state).url == "u/j-1"


class Says(Draws):
    job = JobWords(id="id", status="state", states=STATES, made=("urls",))
    read = PolledImages.read
    stands_at = "where"


@pytest.mark.parametrize(("where", "asked"), [("https://x.example/1", "https://x.example/1"), (None, "u/j-1")])
def test_a_job_is_asked_for_where_it_says_that_it_stands(where, asked):
    told = {"id": "j-1", "state": "waiting", "where": where}
    assert Says().step(json.dumps(told).encode(), None, url="u", upstream="m").url == asked


def test_a_job_that_is_done_is_the_reply():
    told = {"id": "j-1", "state": "done", "urls": ["https://x.example/a.png"]}
    assert step(**told) is None
    reply = Draws().decode_response(json.dumps(told).encode())
    assert (reply.document, reply.upstream_id) == ({"data": [{"url": "https://x.example/a.png"}]}, "j-1")


def test_a_job_that_failed_says_why_and_is_no_reply():
    told = {"id": "j-1", "state": "failed", "why": "boom", "urls": ["https://x.example/a.png"]}
    for read in (lambda: step(**told), lambda: Draws().decode_response(json.dumps(told).encode())):
        with pytest.raises(UpstreamError, match="boom"):
            read()


@pytest.mark.parametrize(
    "told", [{}, {"id": "../x", "state": "waiting"}, {"id": 5, "state": "waiting"}, {"state": "waiting"}]
)
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        step(**told)


@pytest.mark.parametrize("urls", [None, [], [""], [5], "x"])
def test_a_job_without_images_is_a_bad_upstream(urls):
    with pytest.raises(BadUpstream):
        Draws().decode_response(json.dumps({"id": "j", "state": "done", "urls": urls}).encode())


def test_a_host_of_addresses_gives_no_image_itself_and_takes_none():
    with pytest.raises(Unsupported):
        addresses_only(ImageRequest(), {"response_format": "b64_json"})
    with pytest.raises(Unsupported, match="own word"):
        from_text_only({"image": "https://x.example/a.png"}, "Send the model's own word.")
    from_text_only({}, "")
    addresses_only(ImageRequest(), {})
