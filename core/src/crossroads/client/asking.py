"""What every family of operations stands on: an exchange, a way to ask it, and a thread to ask it from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from crossroads.call import Call, Head
from crossroads.config import Config
from crossroads.engine.exchange import Exchange
from crossroads.errors import BadUpstream
from crossroads.multipart import File, encode_form
from crossroads.types.results import (
    ChatReply,
    EmbeddingReply,
    ImagesReply,
    ModerationReply,
    RerankReply,
    TextReply,
    Transcript,
    VideoReply,
)

if TYPE_CHECKING:
    from crossroads.client import AsyncClient

Source = Exchange | Config | dict[str, Any] | str | Path | None
T = TypeVar("T")
R = TypeVar(
    "R", ChatReply, TextReply, EmbeddingReply, RerankReply, ModerationReply, VideoReply, ImagesReply, Transcript
)


class AsyncAsking:
    """An exchange, started and closed with this unless it was given started."""

    def __init__(self, config: Source = None, **injected: Any) -> None:
        self._own = not isinstance(config, Exchange)
        self.exchange = config if isinstance(config, Exchange) else Exchange(config, **injected)

    async def __aenter__(self) -> Self:
        if self._own:
            await self.exchange.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._own:
            await self.exchange.aclose()

    def _open(self, dialect: str, **body: Any) -> Call:
        return self.exchange.open_call(dialect, msgspec.json.encode(body))

    def _open_form(self, dialect: str, **fields: str | File | Any) -> Call:
        body, kind = encode_form(fields)
        return self.exchange.open_call(dialect, body, params={"content_type": kind})

    async def _whole(self, dialect: str, result: type[R], **body: Any) -> R:
        return read(await self._raw(self._open(dialect, **body)), result)

    async def _raw(self, call: Call) -> bytes:
        async with aclosing(self.exchange.run(call)) as parts:
            raw = b"".join([part async for part in parts if not isinstance(part, Head)])
        if call.error is not None:
            raise call.error
        return raw


class Asking:
    """An `AsyncClient` on an event loop in a thread of its own."""

    def __init__(self, config: Source = None, **injected: Any) -> None:
        self._config, self._injected = config, injected
        self._stack = ExitStack()
        self._portal: Any = None
        self._async: AsyncClient | None = None

    def __enter__(self) -> Self:
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

    def _start(self) -> AsyncClient:
        if self._async is None:
            from anyio.from_thread import start_blocking_portal

            from crossroads.client import AsyncClient  # the whole of it, of which this is a part

            made = AsyncClient(self._config, **self._injected)
            try:
                self._portal = self._stack.enter_context(start_blocking_portal())
                self._async = self._stack.enter_context(self._portal.wrap_async_context_manager(made))
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


def read(raw: bytes, result: type[R]) -> R:
    """A reply as what its operation promises. Raises BadUpstream."""
    try:
        return msgspec.structs.replace(msgspec.json.decode(raw, type=result), raw=raw)
    except msgspec.ValidationError as error:
        raise BadUpstream(f"its response has an unexpected form: {error}.", remedy="Report it.") from None
