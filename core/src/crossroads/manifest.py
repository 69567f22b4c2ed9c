"""`provider.toml`: the facts of one provider package, read as data and never by importing the package.

Words and their meaning stand in `spec/provider.schema.json`. Read once per (distribution, version, content) and kept
compiled in the index; money becomes integers here, so that a wrong price is an error at build time, not in a bill.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from crossroads.addresses import Addresses, Site, Variable, variables_in
from crossroads.errors import ConfigError
from crossroads.money import UNITS, parse_usd
from crossroads.route import Endpoint, KeyStyle, Operation, Prices, Served, Tier
from crossroads.schema import check, plain
from crossroads.toml import read_toml


class Auth(KeyStyle, frozen=True, kw_only=True, omit_defaults=True):
    """The key, and how a call shows it. env: usual variables, the first one that is set counts."""

    env: tuple[str, ...] = ()
    optional: bool = False


class Quirk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the wire of a provider differs, as data; applied by `engine.attempts.prepare`."""

    operations: tuple[Operation, ...] = ()
    models: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    rename: dict[str, str] = {}
    drop: tuple[str, ...] = ()
    clamp: dict[str, tuple[float, float]] = {}
    set: dict[str, Any] = {}
    headers: dict[str, str] = {}
    roles: dict[str, str] = {}


class ErrorReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer that means another status than it has. contains: text in its body; None: any body."""

    status: int
    read_as: int
    contains: str | None = None

    def holds(self, status: int, body: bytes) -> bool:
        """Is it this answer?"""
        return status == self.status and (self.contains is None or self.contains.encode() in body)


class ZeroRetention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Can it be had that nothing is kept? default: without asking. how: in the source's words."""

    available: bool | None = None
    default: bool | None = None
    how: str | None = None


class DataPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of a prompt. None: not stated, which counts as the worst (INVARIANTS, DATA-2)."""

    trains_on_data: bool | None = None
    retains_prompts: bool | None = None
    retention_days: int | None = None
    may_publish: bool | None = None
    moderated: bool | None = None
    zero_retention: ZeroRetention | None = None


class EndpointFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of `[[endpoints]]`, in a manifest or in crossroads.toml; prices as integers."""

    model: str
    upstream: str
    name: str | None = None
    description: str | None = None
    operations: tuple[Operation, ...] = ()
    tag: str | None = None
    site: str | None = None
    """Offered at that site only; None: at the provider's usual address."""
    region: str | None = None
    quantization: str | None = None
    distillable: bool | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    supported_parameters: tuple[str, ...] | None = None
    prices: Prices = Prices()
    tiers: tuple[Tier, ...] = ()
    price_holds_for: dict[str, tuple[str, ...]] = {}
    created: int | None = None
    ends: str | None = None
    """The day from which it is no longer offered, ISO 8601."""
    data_policy: DataPolicy | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole `provider.toml`. See the schema for what each word means."""

    name: str
    display_name: str
    auth: Auth = Auth(scheme="none")
    operations: dict[Operation, Served] = {}
    missing: tuple[str, ...] = ()
    """What no source states, so that it can't be called: listed only."""
    level: str = "draft"
    status: str = "live"
    activate: Literal["installed", "credential", "configuration"] = "credential"
    base_url: str | None = None
    variables: dict[str, Variable] = {}
    sites: dict[str, Site] = {}
    hosts: tuple[str, ...] = ()
    media_hosts: tuple[str, ...] = ()
    models_url: str | None = None
    quirks: tuple[Quirk, ...] = ()
    errors: tuple[ErrorReading, ...] = ()
    endpoints: tuple[EndpointFacts, ...] = ()
    data_policy: DataPolicy = DataPolicy()
    abortable_streams: bool | None = None
    """Does closing a stream stop the work and the bill?"""
    headquarters: str | None = None
    datacenters: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    links: dict[str, str] = {}

    @property
    def callable(self) -> bool:
        """Are base URL, dialect and key known, and is it not suspended?"""
        return bool(self.operations) and not self.missing and self.status != "suspended"


def meant_status(errors: tuple[ErrorReading, ...], status: int, body: bytes) -> int:
    """What an error answer means by its provider's own ways; the first that holds."""
    return next((error.read_as for error in errors if error.holds(status, body)), status)


def read_manifest(path: Path) -> Manifest:
    """Read and check a `provider.toml`. Raises ConfigError naming file, key, value and remedy."""
    return parse_manifest(read_toml(path), file=str(path))


def parse_manifest(document: Mapping[str, Any], *, file: str) -> Manifest:
    """The words of a `provider.toml` -> facts. file: for errors. Raises ConfigError."""
    check(document, "provider", file=file)
    words: dict[str, Any] = plain(document)
    _check_variables(words, file)
    rows = words.pop("endpoints", [])
    words.setdefault("display_name", words["name"])
    facts = parse_endpoints(rows, file=file, at="endpoints")
    return msgspec.convert({**words, "endpoints": [msgspec.to_builtins(row) for row in facts]}, Manifest)


def _check_variables(words: Mapping[str, Any], file: str) -> None:
    """Each that an address uses is described."""
    served = words.get("operations", {}).values()
    urls = [words.get("base_url", ""), *(one["url"] for one in served)]
    urls += [other["url"] for one in served for other in one.get("also", {}).values()]
    for site in words.get("sites", {}).values():
        urls += [site["base_url"], *site.get("also", {}).values()]
    for name in variables_in(urls):
        if name not in words.get("variables", {}):
            raise ConfigError(
                "is missing; an address asks for it.",
                file=file,
                field=f"variables.{name}",
                remedy="Describe it: `description`, and `env` or `default` where it has one.",
            )


def parse_endpoints(rows: list[Mapping[str, Any]], *, file: str, at: str) -> tuple[EndpointFacts, ...]:
    """Checked `[[endpoints]]` rows -> facts. Raises ConfigError: two rows for one upstream and tag, a wrong amount."""
    seen: dict[tuple[str, str | None, str | None], int] = {}
    found = []
    for number, row in enumerate(rows):
        key = (row["upstream"], row.get("tag"), row.get("site"))
        if key in seen:
            raise ConfigError(
                f"stands twice (also in {at}[{seen[key]}]).",
                file=file,
                field=f"{at}[{number}].upstream",
                value=row["upstream"],
                remedy="Remove one, or give each its own `tag`.",
            )
        seen[key] = number
        row = dict(plain(row))
        prices = _prices(row.pop("price_usd_per_mtok", {}), row.pop("price_usd", {}))
        tiers = tuple(
            Tier(
                above_input_tokens=tier.get("above_input_tokens", 0),
                utc=(_minute(tier["utc"][0]), _minute(tier["utc"][1])) if "utc" in tier else None,
                prices=_prices(tier["price_usd_per_mtok"], {}),
            )
            for tier in sorted(row.pop("price_tiers", []), key=lambda tier: int(tier.get("above_input_tokens", 0)))
        )
        if "created" in row:
            day = datetime.date.fromisoformat(row["created"])
            row["created"] = int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())
        facts = msgspec.convert(row, EndpointFacts)
        found.append(msgspec.structs.replace(facts, prices=prices, tiers=tiers))
    return tuple(found)


def _minute(clock: str) -> int:
    """ "16:30" -> 990."""
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


def build_endpoint(
    facts: EndpointFacts, manifest: Manifest, *, provider: str, at: Addresses, region: str | None
) -> Endpoint:
    """One offer of one configured instance: facts, with the instance's own name and addresses."""
    policy = facts.data_policy or manifest.data_policy
    operations = facts.operations or tuple(manifest.operations)
    return Endpoint(
        id=f"{provider}/{facts.upstream}" + (f"@{facts.tag}" if facts.tag else ""),
        provider=provider,
        plugin=manifest.name,
        provider_name=manifest.display_name,
        model=facts.model,
        upstream=facts.upstream,
        serves={
            operation: at.served(manifest.operations[operation], facts.upstream, operation)
            for operation in operations
            if operation in manifest.operations
        },
        prices=facts.prices,
        tiers=facts.tiers,
        price_holds_for=facts.price_holds_for,
        name=facts.name,
        description=facts.description,
        tag=facts.tag,
        region=facts.region or region,
        quantization=facts.quantization,
        context_tokens=facts.context_tokens,
        max_output_tokens=facts.max_output_tokens,
        input_modalities=facts.input_modalities,
        output_modalities=facts.output_modalities,
        supported_parameters=facts.supported_parameters,
        created=facts.created,
        trains_on_data=policy.trains_on_data,
        retains_prompts=policy.retains_prompts,
        moderated=policy.moderated,
        distillable=facts.distillable,
    )


def _prices(per_mtok: Mapping[str, str], per_unit: Mapping[str, str]) -> Prices:
    return Prices(
        **{name: parse_usd(amount) for name, amount in per_mtok.items()},
        **{name: parse_usd(amount) * UNITS for name, amount in per_unit.items()},
    )
