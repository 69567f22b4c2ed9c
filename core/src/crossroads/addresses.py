"""Where the calls of one instance go: base URLs with variables in them, further sites, and the hosts that follow.

Law: a key goes only to hosts that the manifest names once its variables are filled in, or to the address that the
operator wrote. A value can't leave its place in a URL: it holds no slash, no @ and no colon. A model's name can't leave
the path: a host may have listed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from urllib.parse import quote, urlsplit

import msgspec

from crossroads.errors import ConfigError
from crossroads.route import Address, Served

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
BUILT_IN = frozenset({"base_url", "upstream"})
"""Filled in by the core: no variables."""
IN_A_PATH = "/%:@!$&'()*+,;="
"""Stays as it is in a model's name; "%" as some are configured in their encoded form."""
VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


class Variable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the address that is the caller's own. env: the first variable of the environment that is set counts."""

    description: str
    env: tuple[str, ...] = ()
    default: str | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another address of the same provider, chosen by `site`. also: URLs of further dialects of chat there."""

    base_url: str
    also: dict[str, str] = {}
    region: str | None = None
    description: str | None = None


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Of one instance. hosts: where its key may go. also: URLs of dialects that its site has elsewhere; None: no site
    was chosen, so the manifest's hold."""

    base_url: str | None
    hosts: tuple[str, ...]
    values: Mapping[str, str]
    also: Mapping[str, str] | None = None

    def served(self, served: Served, upstream: str, operation: str = "chat") -> Served:
        """With this instance's address and this model's name in every URL."""
        further = {}
        for dialect, address in served.also.items():
            if address.models and not any(fnmatchcase(upstream, model) for model in address.models):
                continue
            if (url := self._site_url(dialect, address.url)) is not None:
                further[dialect] = Address(self._whole(url, upstream), address.auth)
        for dialect, url in (self.also or {}).items() if operation == "chat" else ():
            if dialect not in served.also:
                further[dialect] = Address(self._whole(url, upstream))
        return Served(served.dialect, self._whole(served.url, upstream), further, served.auth)

    def _site_url(self, dialect: str, usual: str) -> str | None:
        """None: the site does not speak it. What stands below {base_url} moves with that."""
        if self.also is None or usual.startswith("{base_url}"):
            return usual
        return self.also.get(dialect)

    def _whole(self, url: str, upstream: str) -> str:
        url = fill(url.replace("{base_url}", (self.base_url or "").rstrip("/")), self.values)
        return url.replace("{upstream}", quote(upstream, safe=IN_A_PATH))


def variables_in(texts: Iterable[str]) -> list[str]:
    """Names of the variables in these URLs, each once, in order."""
    return [
        name for name in dict.fromkeys(n for text in texts for n in PLACEHOLDER.findall(text)) if name not in BUILT_IN
    ]


def fill(url: str, values: Mapping[str, str]) -> str:
    """The URL with its variables; those without a value stay."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), url)


def value_of(
    name: str, variable: Variable, given: Mapping[str, str], environ: Mapping[str, str], *, file: str, at: str
) -> str | None:
    """From the configuration, the environment, the manifest; None: nobody says. Raises ConfigError for a bad one."""
    found = given.get(name) or next((environ[env] for env in variable.env if environ.get(env)), None)
    if found is None:
        return variable.default
    value = found.strip().removeprefix("https://").rstrip("/")  # some hosts publish a variable as a whole address
    if VALUE.fullmatch(value) is None:
        raise ConfigError(
            "holds a character that has no place in an address.",
            file=file,
            field=f"{at}.variables.{name}",
            value=value,
            remedy=f"Write {variable.description}: letters, digits, dots and hyphens.",
        )
    return value


def needed(variables: Mapping[str, Variable], texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """For each variable that these URLs use and that has no default: the environment's names for it."""
    return tuple(
        variables[name].env for name in variables_in(texts) if name in variables and variables[name].default is None
    )


def host_of(url: str | None) -> str | None:
    """The host of a whole URL."""
    return urlsplit(url).hostname if url else None
