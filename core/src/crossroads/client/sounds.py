"""Text to sound, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from crossroads.call import Head
from crossroads.client.asking import Asking, AsyncAsking, read
from crossroads.multipart import File
from crossroads.types.results import Transcript


class AsyncSounds(AsyncAsking):
    async def speech(self, model: str, input: str, voice: str, **parameters: Any) -> bytes:
        """A text, spoken: the bytes of a sound file (`response_format`, mp3 if it is not named)."""
        return await self._raw(self._open("openai-speech", model=model, input=input, voice=voice, **parameters))

    async def speech_pieces(self, model: str, input: str, voice: str, **parameters: Any) -> AsyncIterator[bytes]:
        """The same in pieces as they come: nothing is held. Leaving the loop early closes the upstream."""
        call = self._open("openai-speech", model=model, input=input, voice=voice, **parameters)
        async with aclosing(self.exchange.run(call)) as parts:
            async for part in parts:
                if call.error is None and not isinstance(part, Head):
                    yield part
        if call.error is not None:
            raise call.error

    async def transcribe(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """What is said in a sound file. filename: its ending says what it is."""
        return await self._heard("openai-transcription", model, sound, filename, parameters)

    async def translate(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """What is said in a sound file, whatever its language, in English."""
        return await self._heard("openai-translation", model, sound, filename, parameters)

    async def _heard(
        self, dialect: str, model: str, sound: bytes, filename: str, parameters: dict[str, Any]
    ) -> Transcript:
        fields = {"model": model, "file": File(data=sound, filename=filename), **parameters, "response_format": "json"}
        return read(await self._raw(self._open_form(dialect, **fields)), Transcript)


class Sounds(Asking):
    def speech(self, model: str, input: str, voice: str, **parameters: Any) -> bytes:
        """See `AsyncClient.speech`."""
        return self._call(self._start().speech, model, input, voice, **parameters)

    def speech_pieces(self, model: str, input: str, voice: str, **parameters: Any) -> Iterator[bytes]:
        """See `AsyncClient.speech_pieces`."""
        pieces = self._start().speech_pieces(model, input, voice, **parameters)
        try:
            yield from self._iterate(pieces)
        finally:
            self._portal.call(pieces.aclose)  # type: ignore[attr-defined]

    def transcribe(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """See `AsyncClient.transcribe`."""
        return self._call(self._start().transcribe, model, sound, filename, **parameters)

    def translate(self, model: str, sound: bytes, filename: str = "sound.wav", **parameters: Any) -> Transcript:
        """See `AsyncClient.translate`."""
        return self._call(self._start().translate, model, sound, filename, **parameters)
