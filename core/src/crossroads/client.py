"""The Python API: the exchange in process, no server, a call in three lines.

    from crossroads import Client

    with Client() as client:
        print(client.chat("huggingfacetb/smollm2-135m-instruct", "Why is the sky blue?").text)

`AsyncClient` is the same with `async with` and `await`. Both take the configuration as `Exchange` does, and raise the
errors of `crossroads.errors`. Every call goes down the one pipeline, as one over HTTP does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crossroads.call import LOCAL, Call, Head
from crossroads.config import Config
from crossroads.engine.exchange import Exchange
from crossroads.errors import BadUpstream, DeadlineExceeded, UpstreamError
from crossroads.multipart import File, encode_form
from crossroads.sse import EventReader
from crossroads.types.results import (
    ChatChunk,
    ChatReply,
    EmbeddingReply,
    ImagesReply,
    ModerationReply,
    RerankReply,
    TextReply,
    Transcript,
    VideoReply,
)

VIDEO_EVERY_S = 10.0
"""Between two looks at a job; OpenRouter recommends 10 to 30 (its API reference, "Videos", read 2026-11-25)."""
VIDEO_TIMEOUT_S = 1800.0

Source = Exchange | Config | dict[str, Any] | str | Path | None
Messages = str | Sequence[Mapping[str, Any]]
T = TypeVar("T")
R = TypeVar(
    "R", ChatReply, TextReply, EmbeddingReply, RerankReply, ModerationReply, VideoReply, ImagesReply, Transcript
)
Progress = Callable[[VideoReply], None]


class AsyncClient:
    """The exchange in process. config: as for `Exchange`; an Exchange that is already started is used, and not closed.

    Parameters beyond the named ones go into the request as they are (temperature, tools, provider ...).
    """

    def __init__(self, config: Source = None, **injected: Any) -> None:
        self._own = not isinstance(config, Exchange)
        self.exchange = config if isinstance(config, Exchange) else Exchange(config, **injected)

    async def __aenter__(self) -> AsyncClient:
        if self._own:
            await self.exchange.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._own:
            await self.exchange.aclose()

    async def chat(self, model: str, messages: Messages, **parameters: Any) -> ChatReply:
        """One chat completion. messages: the user's text, or a list of messages as the API has them."""
        return await self._whole("openai-chat", ChatReply, model=model, messages=_messages(messages), **parameters)

    @asynccontextmanager
    async def chat_stream(
        self, model: str, messages: Messages, **parameters: Any
    ) -> AsyncIterator[AsyncIterator[ChatChunk]]:
        """The same as a stream; leaving the block early cancels the upstream.

        async with client.chat_stream(model, "Tell me a story") as chunks:
            async for chunk in chunks:
                print(chunk.text, end="")
        """
        call = self._open("openai-chat", model=model, messages=_messages(messages), stream=True, **parameters)
        async with aclosing(self.exchange.run(call)) as parts:
            yield _chunks(call, parts)

    async def complete(self, model: str, prompt: str, **parameters: Any) -> TextReply:
        """One (legacy) text completion."""
        return await self._whole("openai-completions", TextReply, model=model, prompt=prompt, **parameters)

    async def embed(self, model: str, input: str | Sequence[str], **parameters: Any) -> EmbeddingReply:
        """Embeddings of one text or several."""
        return await self._whole("openai-embeddings", EmbeddingReply, model=model, input=input, **parameters)

    async def rerank(self, model: str, query: str, documents: Sequence[Any], **parameters: Any) -> RerankReply:
        """Which documents answer the query best: texts, or objects with text and image."""
        asked = {"model": model, "query": query, "documents": documents, **parameters}
        return await self._whole("rerank-cohere", RerankReply, **asked)

    async def images(self, model: str, prompt: str, **parameters: Any) -> ImagesReply:
        """Make images; with `images=[...]`, change these."""
        return await self._whole("openai-images", ImagesReply, model=model, prompt=prompt, **parameters)

    async def speech(self, model: str, input: str, voice: str, **parameters: Any) -> bytes:
        """A text, spoken: the bytes of a sound file (`response_format`, mp3 if it is not named)."""
        return await self._raw(self._open("openai-speech", model=model, input=input, voice=voice, **parameters))

    async def transcribe(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """What is said in a sound file. filename: its ending says what it is."""
        document = {"model": model, "file": File(data=sound, filename=filename), **parameters}
        body, kind = encode_form({**document, "response_format": "json"})
        call = self.exchange.open_call("openai-transcription", body, params={"content_type": kind})
        return _read(await self._raw(call), Transcript)

    async def moderate(self, model: str, input: str | Sequence[Any], **parameters: Any) -> ModerationReply:
        """May this be said? One verdict per text."""
        return await self._whole("openai-moderations", ModerationReply, model=model, input=input, **parameters)

    async def video(self, model: str, prompt: str, **parameters: Any) -> VideoReply:
        """Submit a video job (duration, size, ...): charged now, once. Then `video_wait` and `video_content`."""
        return await self._whole("openai-video", VideoReply, model=model, prompt=prompt, **parameters)

    async def video_state(self, job: VideoReply | str) -> VideoReply:
        """How a job stands. Raises NotFound, UpstreamError."""
        told = msgspec.json.encode(await self.exchange.jobs.state(_job_id(job), LOCAL))
        return msgspec.structs.replace(msgspec.json.decode(told, type=VideoReply), raw=told)

    async def video_wait(
        self,
        job: VideoReply | str,
        *,
        every_s: float = VIDEO_EVERY_S,
        timeout_s: float = VIDEO_TIMEOUT_S,
        progress: Progress | None = None,
    ) -> VideoReply:
        """The completed job. progress: is told each state. Raises UpstreamError: it failed; DeadlineExceeded."""
        clock = self.exchange.clock
        until = clock.monotonic() + timeout_s
        while True:
            state = await self.video_state(job)
            if progress is not None:
                progress(state)
            if state.status == "completed":
                return state
            if state.ended:
                what = f"The video job ended as {state.status}: {state.error or 'no reason was given'}."
                raise UpstreamError(what, remedy="Change the request, or use another model.")
            if clock.monotonic() + every_s >= until:
                raise DeadlineExceeded(
                    f"The video job is still {state.status} after {timeout_s:g} s.", remedy="Wait for it again later."
                )
            await clock.sleep(every_s)

    async def video_content(self, job: VideoReply | str, index: int = 0) -> AsyncIterator[bytes]:
        """The finished video, in pieces as they come; leaving the loop early closes the upstream."""
        async with aclosing(self.exchange.jobs.content(_job_id(job), LOCAL, index)) as parts:
            async for part in parts:
                if not isinstance(part, Head):
                    yield part

    def _open(self, dialect: str, **body: Any) -> Call:
        return self.exchange.open_call(dialect, msgspec.json.encode(body))

    async def _whole(self, dialect: str, result: type[R], **body: Any) -> R:
        return _read(await self._raw(self._open(dialect, **body)), result)

    async def _raw(self, call: Call) -> bytes:
        async with aclosing(self.exchange.run(call)) as parts:
            raw = b"".join([part async for part in parts if not isinstance(part, Head)])
        if call.error is not None:
            raise call.error
        return raw


def _read(raw: bytes, result: type[R]) -> R:
    try:
        return msgspec.structs.replace(msgspec.json.decode(raw, type=result), raw=raw)
    except msgspec.ValidationError as error:
        raise BadUpstream(f"its response has an unexpected form: {error}.", remedy="Report it.") from None


async def _chunks(call: Call, parts: AsyncIterator[Head | bytes]) -> AsyncIterator[ChatChunk]:
    reader = EventReader()
    async for part in parts:
        if isinstance(part, Head) or call.error is not None:
            continue
        for event in reader.feed(part):
            if event.data != b"[DONE]":
                yield msgspec.json.decode(event.data, type=ChatChunk)
    if call.error is not None:
        raise call.error


def _job_id(job: VideoReply | str) -> str:
    return job if isinstance(job, str) else job.id


def _messages(messages: Messages) -> Sequence[Mapping[str, Any]]:
    return [{"role": "user", "content": messages}] if isinstance(messages, str) else messages


class Client:
    """`AsyncClient` for code without an event loop: one runs in a thread of its own, from the first use to `close`."""

    def __init__(self, config: Source = None, **injected: Any) -> None:
        self._make = partial(AsyncClient, config, **injected)
        self._stack = ExitStack()
        self._portal: Any = None
        self._async: AsyncClient | None = None

    def __enter__(self) -> Client:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Idempotent; closes all that the first use started."""
        self._async = None
        self._stack.close()

    @property
    def exchange(self) -> Exchange:
        return self._start().exchange

    def chat(self, model: str, messages: Messages, **parameters: Any) -> ChatReply:
        """See `AsyncClient.chat`."""
        return self._call(self._start().chat, model, messages, **parameters)

    @contextmanager
    def chat_stream(self, model: str, messages: Messages, **parameters: Any) -> Iterator[Iterator[ChatChunk]]:
        """See `AsyncClient.chat_stream`, with `with` and `for`."""
        stream = self._start().chat_stream(model, messages, **parameters)
        with self._portal.wrap_async_context_manager(stream) as chunks:
            yield self._iterate(chunks)

    def complete(self, model: str, prompt: str, **parameters: Any) -> TextReply:
        """See `AsyncClient.complete`."""
        return self._call(self._start().complete, model, prompt, **parameters)

    def embed(self, model: str, input: str | Sequence[str], **parameters: Any) -> EmbeddingReply:
        """See `AsyncClient.embed`."""
        return self._call(self._start().embed, model, input, **parameters)

    def rerank(self, model: str, query: str, documents: Sequence[Any], **parameters: Any) -> RerankReply:
        """See `AsyncClient.rerank`."""
        return self._call(self._start().rerank, model, query, documents, **parameters)

    def images(self, model: str, prompt: str, **parameters: Any) -> ImagesReply:
        """See `AsyncClient.images`."""
        return self._call(self._start().images, model, prompt, **parameters)

    def speech(self, model: str, input: str, voice: str, **parameters: Any) -> bytes:
        """See `AsyncClient.speech`."""
        return self._call(self._start().speech, model, input, voice, **parameters)

    def transcribe(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """See `AsyncClient.transcribe`."""
        return self._call(self._start().transcribe, model, sound, filename, **parameters)

    def moderate(self, model: str, input: str | Sequence[Any], **parameters: Any) -> ModerationReply:
        """See `AsyncClient.moderate`."""
        return self._call(self._start().moderate, model, input, **parameters)

    def video(self, model: str, prompt: str, **parameters: Any) -> VideoReply:
        """See `AsyncClient.video`."""
        return self._call(self._start().video, model, prompt, **parameters)

    def video_state(self, job: VideoReply | str) -> VideoReply:
        """See `AsyncClient.video_state`."""
        return self._call(self._start().video_state, job)

    def video_wait(self, job: VideoReply | str, **how: Any) -> VideoReply:
        """See `AsyncClient.video_wait`; `progress` is called on the loop's own thread."""
        return self._call(self._start().video_wait, job, **how)

    def video_content(self, job: VideoReply | str, index: int = 0) -> Iterator[bytes]:
        """See `AsyncClient.video_content`."""
        pieces = self._start().video_content(job, index)
        try:
            yield from self._iterate(pieces)
        finally:
            self._portal.call(pieces.aclose)  # type: ignore[attr-defined]

    def _start(self) -> AsyncClient:
        if self._async is None:
            from anyio.from_thread import start_blocking_portal

            try:
                self._portal = self._stack.enter_context(start_blocking_portal())
                self._async = self._stack.enter_context(self._portal.wrap_async_context_manager(self._make()))
            except BaseException:
                self._stack.close()  # the loop's thread would keep the process alive
                raise
        assert self._async is not None
        return self._async

    def _call(self, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        result: T = self._portal.call(partial(function, *args, **kwargs))
        return result

    def _iterate(self, chunks: AsyncIterator[T]) -> Iterator[T]:
        while True:
            try:
                yield self._portal.call(chunks.__anext__)
            except StopAsyncIteration:
                return
