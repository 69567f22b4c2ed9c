"""Models and endpoints in memory: who is active, what they offer, found by model name in one look-up.

A provider takes part when crossroads.toml names it, when its usual key variable is set, or (`activate = "installed"`)
when it is there. Built at start; a call only reads.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from crossroads import addresses
from crossroads.addresses import Addresses, host_of, variables_in
from crossroads.config import Config, ProviderConfig, Secret, StoredKey, resolve_secret
from crossroads.engine.accounts import callable_without, check_keys, endpoints_of, named_key
from crossroads.engine.installed.index import PROVIDERS, Index, Plugin
from crossroads.errors import ConfigError
from crossroads.facts import Facts
from crossroads.manifest import Manifest, build_endpoint
from crossroads.route import Candidate, Endpoint, EndpointStats, KeyStyle, Operation
from crossroads.wire import Headers, split_url

LATEST = "-latest"


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One active provider: its facts, its place in the configuration, its key (which no repr shows)."""

    config: ProviderConfig
    manifest: Manifest
    version: str
    base_url: str | None
    hosts: tuple[str, ...]
    secret: Secret | None
    key_from: str
    """Where the key is looked for, for the error that says it is missing."""
    auth_headers: Headers
    endpoints: tuple[Endpoint, ...]
    key: StoredKey | None = None
    """Of a further key of a provider, that key; None: this is the provider itself."""

    def __repr__(self) -> str:  # `auth_headers` hold the key
        return f"Instance({self.name}, plugin={self.manifest.name}, base_url={self.base_url})"

    @property
    def name(self) -> str:
        return self.config.name

    def may_send_to(self, url: str) -> bool:
        """Is the URL's host one of ours? The credential goes nowhere else (law: hosts)."""
        return _stands_at(url, self.hosts)

    def may_fetch_from(self, url: str) -> bool:
        """Without the credential, also where what the provider made stands."""
        return _stands_at(url, (*self.hosts, *self.manifest.media_hosts))


def _stands_at(url: str, hosts: Sequence[str]) -> bool:
    try:
        host = split_url(url)[0].host  # as the transport reads it, so that no two readers differ
    except ValueError:
        return False
    return host in hosts or any(fnmatchcase(host, known) for known in hosts)


class Catalog:
    """All endpoints of all active providers. facts: what is known of models, and under which names they go.

    instances, endpoints, models: what is offered. accounts, routed, peers: who calls it, each further key of a provider
    by itself (`engine.accounts`).
    """

    def __init__(self, instances: Iterable[Instance], aliases: Mapping[str, str], facts: Facts | None = None) -> None:
        self.facts = facts or Facts()
        self.accounts = {instance.name: instance for instance in instances}
        self.instances = {name: instance for name, instance in self.accounts.items() if instance.key is None}
        self.keyed = len(self.accounts) > len(self.instances)
        self.aliases = dict(aliases)
        self._newest: dict[str, str] = {}
        self._by_model: dict[tuple[str, Operation], tuple[Candidate, ...]] = {}
        grouped: dict[tuple[str, Operation], list[Candidate]] = {}
        self.endpoints: tuple[Endpoint, ...] = tuple(
            self._named(endpoint) for instance in self.instances.values() for endpoint in instance.endpoints
        )
        self.routed = (
            self.endpoints
            if not self.keyed
            else tuple(
                self._named(endpoint)
                for instance in self.accounts.values()
                if instance.key is not None or callable_without(instance)
                for endpoint in instance.endpoints
            )
        )
        self.stats = {endpoint.id: EndpointStats() for endpoint in (*self.endpoints, *self.routed)}
        for endpoint in self.routed:
            candidate = Candidate(endpoint, self.stats[endpoint.id])
            for operation in endpoint.serves:
                grouped.setdefault((endpoint.model, operation), []).append(candidate)
        self._by_model = {key: tuple(found) for key, found in grouped.items()}
        self.models: dict[str, tuple[Endpoint, ...]] = {}
        for endpoint in self.endpoints:
            self.models[endpoint.model] = (*self.models.get(endpoint.model, ()), endpoint)
        self.peers = self.models
        if self.keyed:
            self.peers = {}
            for endpoint in self.routed:
                self.peers[endpoint.model] = (*self.peers.get(endpoint.model, ()), endpoint)

    def resolve(self, model: str) -> str:
        """A canonical name, what an alias stands for, or of `~author/family-latest` the newest model."""
        found = self.aliases.get(model, model)
        if found.startswith("~"):
            return self._latest(found)
        return found if found in self.models else self.facts.canonical(found)

    def _named(self, endpoint: Endpoint) -> Endpoint:
        """Under its model's one name, however its manifest spells it."""
        name = self.facts.canonical(endpoint.model)
        return endpoint if name == endpoint.model else msgspec.structs.replace(endpoint, model=name)

    def _latest(self, name: str) -> str:
        """By stated release; a model that states none is older than all that do. The name itself: nobody offers one."""
        if (known := self._newest.get(name)) is not None or not name.endswith(LATEST):
            return known or name
        family = name[1 : -len(LATEST)]
        dated = [
            (max(e.created or 0 for e in endpoints), model)
            for model, endpoints in self.models.items()
            if ":" not in model and (model == family or model.startswith(f"{family}-"))
        ]
        if not dated:
            return name
        self._newest[name] = max(dated)[1]
        return self._newest[name]

    def __contains__(self, name: object) -> bool:
        """Is it a model or an alias, as it stands?"""
        return name in self.models or name in self.aliases or name in self.facts.aliases

    def candidates(self, model: str, operation: Operation) -> tuple[Candidate, ...]:
        """Everybody who offers this canonical model for this operation; empty when nobody does."""
        return self._by_model.get((model, operation), ())


def active_instances(config: Config, index: Index, environ: Mapping[str, str] | None = None) -> list[Instance]:
    """Who takes part. Raises ConfigError or PluginError for what the configuration names; others are left out."""
    environ = os.environ if environ is None else environ
    found = []
    for number, provider in enumerate(config.providers):
        if provider.enabled:
            at = f"providers[{number}]"
            own = _instance(provider, index, config.file, at, environ)
            check_keys(provider.keys, file=config.file, at=at)
            found += [own, *(_account(own, key, environ) for key in provider.keys)]
    configured = {provider.plugin for provider in config.providers} | {provider.name for provider in config.providers}
    for plugin in index.all(PROVIDERS):
        if _wanted(plugin, environ) and plugin.name not in configured and plugin.error is None:
            unnamed = ProviderConfig(name=plugin.name, plugin=plugin.name)
            found.append(_instance(unnamed, index, config.file, plugin.name, environ))
    return found


def _wanted(plugin: Plugin, environ: Mapping[str, str]) -> bool:
    """Does it take part without being named? By its key, once what its address asks for is there too."""
    if plugin.activate != "credential" or plugin.missing:
        return plugin.activate == "installed" and not plugin.missing
    return all(any(environ.get(name) for name in names) for names in (plugin.env, *plugin.needs))


def _instance(provider: ProviderConfig, index: Index, file: str, at: str, environ: Mapping[str, str]) -> Instance:
    plugin = index.find(PROVIDERS, provider.plugin)
    manifest = index.manifest(plugin)
    if manifest.missing:
        raise ConfigError(
            f"can't be called: its {' and '.join(manifest.missing)} is not known.",
            file=file,
            field=f"{at}.plugin",
            value=provider.plugin,
            remedy="Use openai-compatible with its base_url, if it speaks that format.",
        )
    where = _addresses(provider, manifest, file, at, environ)
    secret, key_from = _secret(provider, manifest, environ)
    rows = provider.endpoints
    if rows is None:
        rows = tuple(row for row in manifest.endpoints if row.site == provider.site)
    for number, row in enumerate(rows):
        unknown = sorted(set(row.operations) - set(manifest.operations))
        if unknown:
            raise ConfigError(
                f"is no operation of {manifest.name}.",
                file=file,
                field=f"{at}.endpoints[{number}].operations",
                value=unknown[0],
                remedy=f"Known: {', '.join(sorted(manifest.operations))}.",
            )
    return Instance(
        config=provider,
        manifest=manifest,
        version=plugin.version,
        base_url=where.base_url,
        hosts=where.hosts,
        secret=secret,
        key_from=key_from,
        auth_headers=auth_headers(manifest.auth, secret),
        endpoints=tuple(
            build_endpoint(row, manifest, provider=provider.name, at=where, region=provider.region) for row in rows
        ),
    )


def _account(own: Instance, key: StoredKey, environ: Mapping[str, str]) -> Instance:
    """The same provider, called with a further key of it."""
    config = msgspec.structs.replace(own.config, name=named_key(own.name, key), api_key=key.api_key, keys=())
    secret, key_from = _secret(config, own.manifest, environ)
    return msgspec.structs.replace(
        own,
        config=config,
        secret=secret,
        key_from=key_from,
        auth_headers=auth_headers(own.manifest.auth, secret),
        endpoints=endpoints_of(key, own.endpoints),
        key=key,
    )


def _addresses(
    provider: ProviderConfig, manifest: Manifest, file: str, at: str, environ: Mapping[str, str]
) -> Addresses:
    """Where this instance sends. Raises ConfigError: an address is missing, or a part of one."""
    site = None
    if provider.site is not None:
        site = manifest.sites.get(provider.site)
        if site is None:
            raise ConfigError(
                f"is no site of {manifest.name}.",
                file=file,
                field=f"{at}.site",
                value=provider.site,
                remedy=f"Known: {', '.join(sorted(manifest.sites)) or 'none'}.",
            )
    base_url = provider.base_url or (site.base_url if site else manifest.base_url)
    urls = [url for served in manifest.operations.values() for url in served.urls]
    if base_url is None and any("{base_url}" in url for url in urls):
        raise ConfigError(
            f"is missing; {manifest.display_name} has no address of its own.",
            file=file,
            field=f"{at}.base_url",
            remedy='Add the URL that ends before /chat/completions, e.g. base_url = "http://127.0.0.1:9100/v1".',
        )
    further = tuple(site.also.values()) if site else ()
    values = {}
    for name in variables_in((base_url or "", *urls, *further)):
        variable = manifest.variables[name]
        value = addresses.value_of(name, variable, provider.variables, environ, file=file, at=at)
        if value is None:
            raise ConfigError(
                f"is missing; it stands in the address {base_url}.",
                file=file,
                field=f"{at}.variables.{name}",
                remedy=f"Add {variable.description}" + "".join(f", or set {env}" for env in variable.env) + ".",
            )
        values[name] = value
    base_url = base_url and addresses.fill(base_url, values)
    hosts = [host_of(base_url), *(host_of(addresses.fill(url, values)) for url in further)]
    if not provider.base_url and not site:
        hosts = [*manifest.hosts, *hosts]  # an address that the operator chose says where the key may go
    found = tuple(host for host in hosts if host)
    also: Mapping[str, str] | None = site.also if site else None
    if provider.base_url:
        also = {}  # at the operator's own address only what moves with it is spoken
    return Addresses(base_url=base_url, hosts=found, values=values, also=also)


def _secret(provider: ProviderConfig, manifest: Manifest, environ: Mapping[str, str]) -> tuple[Secret | None, str]:
    if provider.api_key is not None:
        kind, _, rest = provider.api_key.partition(":")
        where = {"env": f"the environment variable {rest}", "file": f"the file {rest}"}.get(kind, "the configuration")
        return resolve_secret(provider.api_key, environ=environ), where
    for name in manifest.auth.env:
        if value := environ.get(name):
            return Secret(value), f"the environment variable {name}"
    return None, " or ".join(manifest.auth.env) or f"`api_key` of provider {provider.name}"


def auth_headers(auth: KeyStyle, secret: Secret | None) -> Headers:
    """Made once: the hot path only joins tuples."""
    if secret is None or auth.scheme in ("none", "code", "query"):
        return ()
    key = secret.reveal()
    if any(not " " <= c <= "~" for c in key):
        raise ConfigError(
            "holds a character that a header can't carry (a line break at its end?).",
            field="api_key",
            remedy="Set the key again, without white space.",
        )
    if auth.scheme == "basic":
        return ((b"authorization", b"Basic " + base64.b64encode(key.encode())),)
    prefix = auth.prefix if auth.prefix is not None else ("Bearer" if auth.scheme == "bearer" else "")
    header = (auth.header or "authorization").lower().encode()
    return ((header, f"{prefix} {key}".strip().encode()),)


def explain_inactive(index: Index, catalog: Catalog) -> dict[str, str]:
    """Installed providers that take no part, each with the reason and thereby the way in."""
    active = {instance.manifest.name for instance in catalog.instances.values()}
    reasons = {}
    for plugin in index.all(PROVIDERS):
        if plugin.name in active:
            continue
        if plugin.error is not None:
            reasons[plugin.name] = plugin.error
        elif plugin.missing:
            reasons[plugin.name] = f"listed only: its {' and '.join(plugin.missing)} is not known"
        elif plugin.activate == "credential" and all((plugin.env, *plugin.needs)):
            reasons[plugin.name] = f"set {' and '.join(' or '.join(names) for names in (plugin.env, *plugin.needs))}"
        else:
            reasons[plugin.name] = "name it in crossroads.toml"
    return reasons
