"""Videos: a job is submitted, waited for, and its result fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import msgspec

from crossroads.call import LOCAL, Head
from crossroads.client.asking import Asking, AsyncAsking
from crossroads.errors import DeadlineExceeded, UpstreamError
from crossroads.types.results import VideoReply

VIDEO_EVERY_S = 10.0
"""Between two looks at a job; OpenRouter recommends 10 to 30 (its API reference, "Videos", read 2026-11-25)."""
VIDEO_TIMEOUT_S = 1800.0

Progress = Callable[[VideoReply], None]


class AsyncVideos(AsyncAsking):
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


class Videos(Asking):
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


def _job_id(job: VideoReply | str) -> str:
    return job if isinstance(job, str) else job.id
