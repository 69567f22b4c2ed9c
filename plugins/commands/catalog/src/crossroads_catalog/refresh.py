"""Where new facts come from: providers' live listings, or one published catalog; and what is done with them.

Law: live, a key goes only to its own provider's hosts; a published catalog is fetched without any. One source that
fails takes no other with it. Sizes, times and how many are asked at once are bounded.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec

from crossroads import Exchange, load_config
from crossroads.config import Config, ProviderConfig
from crossroads.errors import BadRequest, CrossroadsError, PluginError
from crossroads.manifest import Manifest
from crossroads_catalog.changes import Change, changes_of
from crossroads_catalog.edit import edited
from crossroads_catalog.installed import CATALOG, Installed, find_installed
from crossroads_catalog.model_news import hand_says, model_changes, model_claims, texts_with
from crossroads_catalog.published import HOMES, parse, read_published
from crossroads_catalog.release import Written, hand_wrote, package_of, release

AT_ONCE_MAX = 8
FETCH_S = 120.0
FETCH_BYTES_MAX = 128 << 20
REDIRECTS_MAX = 3

Step = Callable[[int, int], None]
"""(done, of how many): for a progress bar."""


class Found(NamedTuple):
    """failures: provider -> why it could not be asked. unknown: the catalog's providers that are not installed."""

    changes: list[Change]
    failures: dict[str, str]
    unknown: list[str]
    installed: Installed


async def from_listings(config: Path | None, providers: list[str], step: Step) -> Found:
    """Ask providers themselves: these, or all active ones whose manifest names a listing."""
    loaded = _quiet(load_config(config))
    known = {one for row in loaded.providers for one in (row.name, row.plugin)}
    active = {plugin: name for name, plugin in _active(Exchange(loaded)).items()}
    added = tuple(
        ProviderConfig(name=name, plugin=name) for name in providers if name not in known and name not in active
    )
    exchange = Exchange(msgspec.structs.replace(loaded, providers=(*loaded.providers, *added)))
    installed = find_installed(exchange=exchange)
    asked = {plugin: name for name, plugin in _active(exchange).items() if not providers or plugin in providers}
    if missing := sorted(set(providers) - set(asked)):
        raise BadRequest(
            "is not asked: it is not at its own address here.",
            field="PROVIDER",
            value=missing[0],
            remedy="Name a provider, and remove its base_url and site from crossroads.toml.",
        )
    if not providers:
        asked = {plugin: name for plugin, name in asked.items() if installed.manifests[plugin].models_url}
    changes: dict[str, list[Change]] = {}
    failures: dict[str, str] = {}
    gate = asyncio.Semaphore(AT_ONCE_MAX)

    async def ask(plugin: str, name: str) -> None:
        try:
            async with gate:
                offers = {offer.upstream: offer for offer in await exchange.offers(name)}
            manifest = installed.manifests[plugin]
            source = listing_page(manifest)
            changes[plugin] = changes_of(manifest, offers, installed.facts, source=source, complete=True)
        except CrossroadsError as error:
            failures[plugin] = str(error)
        step(len(changes) + len(failures), len(asked))

    async with exchange:
        step(0, len(asked))
        await asyncio.gather(*(ask(plugin, name) for plugin, name in asked.items()))
    return Found([one for name in sorted(changes) for one in changes[name]], failures, [], installed)


def _quiet(config: Config) -> Config:
    """The same providers, and nothing that acts on calls: none is made."""
    routing = msgspec.structs.replace(config.routing, strategies=())
    return msgspec.structs.replace(config, routing=routing, sinks={}, policies={}, strategies={}, presets={})


def _active(exchange: Exchange) -> dict[str, str]:
    """Instance -> provider, of those that are at their provider's own address."""
    return {
        instance.name: instance.manifest.name
        for instance in exchange.catalog.instances.values()
        if instance.config.base_url is None and instance.config.site is None and instance.config.enabled
    }


def listing_page(manifest: Manifest) -> str:
    """The source of what a listing says; variables of the address stay unfilled, they are the caller's."""
    url = manifest.models_url or manifest.links.get("docs") or f"https://{manifest.hosts[0]}/"
    return url.replace("{base_url}", (manifest.base_url or "").rstrip("/"))


async def from_published(
    where: str,
    format: str | None,
    providers: list[str],
    source: str | None,
    today: datetime.date,
    step: Step,
    *,
    models: bool = False,
) -> Found:
    """Read one published catalog, a file or a URL. source: its URL, where it is a copy in a file. models: the facts of
    models instead of offers."""
    installed = find_installed()
    is_url = urlsplit(where).scheme in ("http", "https")
    format, document = parse(await _fetch(where) if is_url else _read(Path(where)), format)
    url = source or (_public(where) if is_url else HOMES[format])
    if models:
        if not installed.catalogs:
            raise PluginError("is not installed.", plugin="a catalog", remedy="Install crossroads-models.")
        said, catalog = model_claims(document, format), min(installed.catalogs)
        news = model_changes(said, catalog, installed.facts, format=format, source=url)
        return Found(news, {}, [], installed)
    offers = read_published(document, format, today)
    wanted = [name for name in sorted(offers) if name in installed.manifests and name in (providers or (name,))]
    changes: list[Change] = []
    for done, name in enumerate(wanted):
        step(done, len(wanted))
        changes += changes_of(installed.manifests[name], offers[name], installed.facts, source=url, complete=False)
    step(len(wanted), len(wanted))
    return Found(changes, {}, sorted(set(offers) - set(installed.manifests)), installed)


def _public(url: str) -> str:
    """Without what may be somebody's own: a source is read by strangers."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > FETCH_BYTES_MAX:
            raise OSError(f"larger than {FETCH_BYTES_MAX} bytes")
        return file.read_bytes()
    except OSError as error:
        raise BadRequest(f"can't be read: {error}.", field="--from", value=str(file), remedy="Correct it.") from None


async def _fetch(url: str) -> bytes:
    """Without any key. Raises BadRequest."""
    try:
        async with (
            asyncio.timeout(FETCH_S),
            httpx.AsyncClient(follow_redirects=True, max_redirects=REDIRECTS_MAX, timeout=FETCH_S) as client,
            client.stream("GET", url) as response,
        ):
            response.raise_for_status()
            parts, size = [], 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > FETCH_BYTES_MAX:
                    raise ValueError(f"more than {FETCH_BYTES_MAX} bytes")
            return b"".join(parts)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        what = f"can't be fetched: {type(error).__name__} {error}.".replace(" .", ".")
        raise BadRequest(what, field="--from", value=url, remedy="Ask again later, or save it to a file.") from None


def write_changes(found: Found, read: str, *, doubtful: bool) -> tuple[list[Written], dict[int, str]]:
    """Write what may be written: (packages that changed, place of a change -> why it was not written)."""
    left: dict[int, str] = {}
    wanted: dict[str, list[Change]] = {}
    for place, change in enumerate(found.changes):
        why = _objection(_package(found, change.provider), change, doubtful)
        if why is None:
            wanted.setdefault(change.provider, []).append(change)
        else:
            left[place] = why
    written = []
    for name, changes in wanted.items():
        package, file = _package(found, name), _facts_of(found, name)
        assert package is not None
        if name.startswith(CATALOG):
            texts = texts_with(file, changes, read)
        else:
            texts = {file: edited(file.read_text("utf-8"), changes, read=read, file=str(file))}
        written.append(release(package, texts, changes, read=read))
    return written, left


def _facts_of(found: Found, name: str) -> Path:
    """A provider's manifest, or a catalog's folder of models."""
    if name.startswith(CATALOG):
        return found.installed.catalogs[name.removeprefix(CATALOG)]
    return found.installed.files[name]


def _package(found: Found, name: str) -> Path | None:
    return package_of(_facts_of(found, name), found.installed.versions[name][0])


def _objection(package: Path | None, change: Change, doubtful: bool) -> str | None:
    if package is None:
        return "its package is installed, not checked out"
    if change.change == "added" and change.model is None:
        return change.doubt
    if change.doubt is not None and not doubtful:
        return change.doubt
    stated = hand_says if change.provider.startswith(CATALOG) else hand_wrote
    return "overrides.toml says otherwise" if stated(package, change) else None


def rows_of(found: Found, written: Iterable[Written], left: dict[int, str], *, wrote: bool) -> list[dict[str, Any]]:
    """Everything as JSON rows: changes in order, then failures."""
    versions = {change.provider: one.after for one in written for change in one.changes}
    rows = []
    for place, change in enumerate(found.changes):
        row = {name: value for name, value in msgspec.to_builtins(change).items() if name not in ("offer", "said")}
        if wrote:
            row |= {"written": place not in left, "why": left.get(place), "version": versions.get(change.provider)}
        rows.append(row)
    return rows + [{"provider": name, "change": "failed", "error": why} for name, why in found.failures.items()]
