"""Google Cloud's Vertex AI: one credential of four kinds, and the project that stands in the path of a call.

An API key works in express mode, without a project. Everything else goes to
`/projects/<project>/locations/<location>/publishers/google/...`; the location is part of the host, but for `global`.
Source: google-genai 3.4, `_api_client.py`; Vertex AI documentation, "Authenticate" and "Express mode", read 2026-11-25.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import Secret
from crossroads.errors import ConfigError
from crossroads.hookspecs import hookimpl
from crossroads.wire import HttpRequest, HttpResponse, Transport
from crossroads_google_vertex.credentials import ApiKey, Credential, read_credential

__all__ = ["Vertex", "VertexSettings"]

GLOBAL = "global"
DEFAULT_HOST = "https://aiplatform.googleapis.com/"


class VertexSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str | None = Field(None, pattern=r"^[a-z0-9.:-]+$", description="Unset: the one that the credential names")
    location: str = Field(GLOBAL, pattern=r"^[a-z0-9-]+$", description="Region, e.g. europe-west4, or `global`")


class Vertex:
    """One credential for each instance of the provider."""

    Settings = VertexSettings

    def __init__(self, settings: VertexSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with authorization and place added to each request. None: there is no credential."""
        if credential is None:
            return None
        found = read_credential(credential, transport)
        return VertexTransport(transport, found, self._settings.project or found.project, self._settings.location)


class VertexTransport:
    """Puts place and authorization on each request. project None: the base URL must name it."""

    def __init__(self, inner: Transport, credential: Credential, project: str | None, location: str) -> None:
        self._inner, self._credential = inner, credential
        self._project, self._location = project, location

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`. A token that was refused is not used again."""
        name, value = await self._credential.header()
        response = await self._inner.send(request.with_url(self._placed(request.url)).with_header(name, value))
        if response.status == 401:
            self._credential.forget()
        return response

    def _placed(self, url: str) -> str:
        if isinstance(self._credential, ApiKey) or "/projects/" in url:
            return url
        if self._project is None:
            raise ConfigError(
                "no project is named.",
                field="project",
                remedy="Set settings.project of the provider in crossroads.toml.",
            )
        before, slash, after = url.partition("/publishers/")
        placed = f"{before}/projects/{self._project}/locations/{self._location}{slash}{after}"
        if self._location != GLOBAL and placed.startswith(DEFAULT_HOST):
            placed = placed.replace("https://", f"https://{self._location}-", 1)
        return placed
