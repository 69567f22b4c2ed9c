"""`crossroads health`: what a running gateway says of its endpoints: who is ejected, spared or busy, why, how long."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, fail, note, show

TIMEOUT_S = 10.0
COLUMNS = (
    "endpoint", "state", "why", "probe_in_s", "rate_limited_s", "short", "concurrency", "concurrency_limit",
)  # fmt: skip


def health(
    url: Annotated[
        str | None, typer.Option(help="Of the gateway, e.g. https://gateway.example; default: where `serve` listens.")
    ] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """List endpoints that are not well. A key is read from $CROSSROADS_API_KEY. Exit 0, also when some are not; 1 when
    the gateway does not answer."""
    import httpx

    from crossroads.config import load_config

    if url is None:
        server = load_config(config).server
        url = f"http://{server.host}:{server.port}"
    key = os.environ.get("CROSSROADS_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx.get(f"{url.rstrip('/')}/api/v1/providers", headers=headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        providers = answer.json()["data"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        fail(1, f"no answer from {url} ({type(error).__name__}). Start `crossroads serve`, or name it by --url.")
        return
    rows: list[dict[str, Any]] = [
        {"endpoint": endpoint, **state}
        for provider in providers
        for endpoint, state in sorted(provider.get("unwell", {}).items())
    ]
    show(rows, COLUMNS, as_json, empty="Every endpoint is well.")
    if rows:
        note(f"{len(rows)} not well. The reasons of one call: header X-OpenRouter-Metadata: enabled.")
