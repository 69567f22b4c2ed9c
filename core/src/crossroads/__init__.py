"""Crossroads: an open exchange for AI models. Names are resolved on first use; importing this loads nothing else."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossroads.client import AsyncClient, Client
    from crossroads.config import Config, load_config
    from crossroads.engine.exchange import Exchange
    from crossroads.errors import CrossroadsError
    from crossroads.hookspecs import hookimpl

__all__ = ["AsyncClient", "Client", "Config", "CrossroadsError", "Exchange", "hookimpl", "load_config"]

_HOMES = {
    "AsyncClient": "client",
    "Client": "client",
    "Config": "config",
    "CrossroadsError": "errors",
    "Exchange": "engine.exchange",
    "hookimpl": "hookspecs",
    "load_config": "config",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'crossroads' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"crossroads.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__
