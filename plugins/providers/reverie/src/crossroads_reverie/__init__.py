"""Reverie: a call names the application beside the key; its formats stand in `speech` and `transcription`.

Source: pkg:pypi/reverie-sdk@0.1.4 (services/tts.py, services/asr.py), read 2026-11-25.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.wire import HttpRequest

__all__ = ["Reverie", "ReverieSettings"]


class ReverieSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: str | None = Field(None, pattern=r"^[\x21-\x7e]+$", description="Of the application that the key is for")


class Reverie:
    """Names the application on each request."""

    Settings = ReverieSettings

    def __init__(self, settings: ReverieSettings) -> None:
        self._app_id = settings.app_id

    @hookimpl
    def provider_prepare(self, attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
        """Where none is set the host refuses the call, and says so."""
        return None if self._app_id is None else request.with_header(b"rev-app-id", self._app_id.encode())
