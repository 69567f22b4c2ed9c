"""`crossroads.toml`, the environment and Python objects: read, check, explain.

Words and their meaning stand in `spec/config.schema.json`. Law (CONF-2): an unknown key is an error; every error names
file, key, value and remedy. A secret is written `env:NAME` or `file:PATH`, and shows nowhere.

Order, the later wins: defaults, the file, `CROSSROADS_<SECTION>__<KEY>` in the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crossroads.errors import ConfigError
from crossroads.manifest import EndpointFacts, parse_endpoints
from crossroads.schema import check, plain
from crossroads.store import KeyRecord
from crossroads.wire import DEFAULT_TIMEOUTS, Timeouts

FILE_NAME = "crossroads.toml"
ENV_PREFIX = "CROSSROADS_"
SECRET_BYTES_MAX = 64 << 10
DEFAULT_STRATEGY = "balanced"


class Secret:
    """A value that no repr, log, error or event shows. `reveal()` is greppable."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[server]`."""

    host: str = "127.0.0.1"
    port: int = 8080
    keepalive_s: float = 10.0
    drain_s: float = 30.0


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """`[[providers.keys]]`: a further key of a provider, with whom it is for and how much it takes.

    priority: the lower goes first; fallback: behind the provider's own key, instead of before it. required: for what it
    may serve, the provider's own key is not used. weight: of several with one priority. models: patterns, empty: all.
    callers: names of keys of ours, or their hashes; empty: everybody. Limits are per process.
    """

    name: str
    api_key: str
    priority: int = 0
    fallback: bool = False
    required: bool = False
    weight: float = 1.0
    models: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    max_concurrent: int | None = None

    def __repr__(self) -> str:
        return f"StoredKey({self.name})"


class ProviderConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One instance of a provider plugin. endpoints None: the manifest's."""

    name: str
    plugin: str
    enabled: bool = True
    base_url: str | None = None
    site: str | None = None
    """One of the manifest's further addresses."""
    variables: dict[str, str] = {}
    """Of the manifest's addresses: account, resource, region and the like."""
    api_key: str | None = None
    """As written: `env:NAME`, `file:PATH` or the key itself. `resolve_secret` reads it."""
    keys: tuple[StoredKey, ...] = ()
    """Further ones."""
    region: str | None = None
    proxy: str | None = None
    http2: bool = False
    keep_alive: bool = True
    headers: dict[str, str] = {}
    endpoints: tuple[EndpointFacts, ...] | None = None
    settings: dict[str, Any] = {}
    timeouts: Timeouts = DEFAULT_TIMEOUTS

    def __repr__(self) -> str:
        return f"ProviderConfig({self.name}, plugin={self.plugin}, base_url={self.base_url})"


class BreakerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[routing.breaker]`. max_ejected: of the endpoints of one model, rounded down; 0 turns breakers off.

    slow_factor: first tokens this many times slower than the fastest peer's are an outlier; 0: never.
    """

    failures: int = 5
    failure_share: float = 0.4
    min_calls: int = 10
    cooldown_s: float = 5.0
    cooldown_max_s: float = 60.0
    max_ejected: float = 0.7
    slow_factor: float = 5.0
    slow_start_s: float = 10.0


class ConcurrencyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[routing.concurrency]`: calls at once to one endpoint, per process, and who waits for a place."""

    start: int = 32
    min: int = 1
    max: int = 1000
    adaptive: bool = True
    latency_factor: float = 3.0
    queue: int = 200
    queue_s: float = 10.0


class HedgeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[routing.hedge]`: a second attempt while the first is slow. after_s wins over percentile."""

    after_s: float | None = None
    percentile: float = 95
    min_s: float = 0.5
    max_share: float = 0.05
    max_cost_share: float = 0.05


class RoutingConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[routing]`. strategies None: DEFAULT_STRATEGY if it is installed, else the order of the catalog."""

    strategies: tuple[str, ...] | None = None
    max_attempts: int = 4
    same_endpoint_retries: int = 0
    retry_wait_s: float = 2.0
    retry_share: float = 0.2
    repeat_billed: bool = True
    first_token_s: float | None = None
    attempt_s: float | None = None
    stall_s: float = 120.0
    insurance: bool = True
    resume: bool = False
    breaker: BreakerConfig = BreakerConfig()
    concurrency: ConcurrencyConfig | None = None
    hedge: HedgeConfig | None = None
    default_model: str | None = None
    aliases: dict[str, str] = {}


class PluginsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[plugins]`. trusted: a distribution -> true, or the hashes that it may have. None: all that are installed."""

    trusted: dict[str, bool | str | tuple[str, ...]] | None = None


class LimitsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`[limits]`: bytes and seconds."""

    request_bytes: int = 32 << 20
    response_bytes: int = 64 << 20
    deadline_s: float = 600.0
    upload_s: float = 60.0
    policy_timeout_s: float = 1.0
    connections_per_origin: int = 1000


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Made by `load_config`, `Config.of({...})`, or directly from these structs."""

    server: ServerConfig = ServerConfig()
    providers: tuple[ProviderConfig, ...] = ()
    routing: RoutingConfig = RoutingConfig()
    presets: dict[str, dict[str, Any]] = {}
    strategies: dict[str, dict[str, Any]] = {}
    policies: dict[str, dict[str, Any]] = {}
    sinks: dict[str, dict[str, Any]] = {}
    plugins: PluginsConfig = PluginsConfig()
    keys: tuple[KeyRecord, ...] = ()
    limits: LimitsConfig = LimitsConfig()
    file: str = "(defaults)"
    """Where it came from, for errors that are found later."""

    @staticmethod
    def of(document: Mapping[str, Any], *, file: str = "(Python)") -> Config:
        """From the words of the file. Raises ConfigError."""
        if document:  # nothing said is nothing wrong, and needs no jsonschema
            check(document, "config", file=file)
        document = plain(document)
        names: dict[str, int] = {}
        for number, provider in enumerate(document.get("providers", [])):
            if provider["name"] in names:
                raise ConfigError(
                    f"stands twice (also in providers[{names[provider['name']]}]).",
                    file=file,
                    field=f"providers[{number}].name",
                    value=provider["name"],
                    remedy="Give each instance its own name.",
                )
            names[provider["name"]] = number
            if "endpoints" in provider:
                rows = parse_endpoints(provider["endpoints"], file=file, at=f"providers[{number}].endpoints")
                provider["endpoints"] = [msgspec.to_builtins(row) for row in rows]
        return msgspec.structs.replace(msgspec.convert(document, Config), file=file)


def load_config(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration: `path`, else $CROSSROADS_CONFIG, else ./crossroads.toml, else the defaults.

    Raises ConfigError: a named file is absent, or something in it is wrong.
    """
    environ = os.environ if environ is None else environ
    named = path or environ.get("CROSSROADS_CONFIG")
    file = Path(named) if named else Path(FILE_NAME)
    document: dict[str, Any] = {}
    if named or file.exists():
        document = _read(file)
        Config.of(document, file=str(file))  # the file alone first: an error names the file, not a variable
    for variable, (keys, value) in _overrides(environ).items():
        check(_nested(keys, value), "config", file=f"environment variable {variable}")
        if not _set(document, keys, value):
            field, remedy = ".".join(keys), "Unset the variable, or write a table in the file."
            raise ConfigError(
                f"leads into a value that is no table in {file}.",
                file=f"environment variable {variable}",
                field=field,
                remedy=remedy,
            )
    return Config.of(document, file=str(file) if named or file.exists() else "(defaults)")


def home(environ: Mapping[str, str] | None = None) -> Path:
    """Where state lives: $CROSSROADS_HOME, else the platform's user data folder. Not created here."""
    environ = os.environ if environ is None else environ
    if named := environ.get("CROSSROADS_HOME"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("crossroads", appauthor=False))


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the index is kept: $CROSSROADS_CACHE, else beside the state. What is lost there is only made again."""
    environ = os.environ if environ is None else environ
    named = environ.get("CROSSROADS_CACHE")
    return Path(named) if named else home(environ) / "cache"


def resolve_secret(text: str, *, environ: Mapping[str, str] | None = None) -> Secret | None:
    """`env:NAME`, `file:PATH`, or the value itself; None where the variable or file is not there."""
    environ = os.environ if environ is None else environ
    kind, _, rest = text.partition(":")
    if kind == "env":
        found = environ.get(rest)
        return Secret(found) if found else None
    if kind == "file":
        try:
            with open(rest, encoding="utf-8") as file:
                return Secret(file.read(SECRET_BYTES_MAX).strip())
        except OSError:
            return None
    return Secret(text)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"can't be read: {error.strerror}.", file=str(file), remedy="Check the path.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"is not TOML: {error}.", file=str(file), remedy="Correct that line.") from None


def _overrides(environ: Mapping[str, str]) -> dict[str, tuple[list[str], Any]]:
    """CROSSROADS_SERVER__PORT=9000 -> {variable: (["server", "port"], 9000)}."""
    found = {}
    for variable, text in sorted(environ.items()):
        if variable.startswith(ENV_PREFIX) and "__" in variable:
            found[variable] = (variable.removeprefix(ENV_PREFIX).lower().split("__"), _value(text))
    return found


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _nested(keys: list[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _set(document: dict[str, Any], keys: list[str], value: Any) -> bool:
    """False: on the way there is a value that holds no keys."""
    for key in keys[:-1]:
        document = document.setdefault(key, {})
        if not isinstance(document, dict):
            return False
    document[keys[-1]] = value
    return True
