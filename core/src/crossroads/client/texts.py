"""Chats and (legacy) text completions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import msgspec

from crossroads.call import Call, Head
from crossroads.client.asking import Asking, AsyncAsking
from crossroads.sse import EventReader
from crossroads.types.results import ChatChunk, ChatReply, TextReply

Messages = str | Sequence[Mapping[str, Any]]


class AsyncTexts(AsyncAsking):
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


class Texts(Asking):
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


def _messages(messages: Messages) -> Sequence[Mapping[str, Any]]:
    return [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
