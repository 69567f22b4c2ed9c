"""The kit: what a plugin's own tests use, and the core's. Names are resolved on first use.

    SteppedClock                         time that moves when a test says so
    QuickClock                           the machine's time, in which no sleep is slept
    ScriptedProvider, Answer, ...        an upstream on a real socket that misbehaves on demand and keeps its own bill
    exchange_with, offer, send, Recorder an exchange of objects, without installing anything
    Hostile                              a plugin that breaks every hook, as told
    provider_conformance(name), ...      whole test classes: what every plugin of a kind must hold (needs pytest)

Install with `crossroads[testing]`. Nothing here is for production.
"""

from typing import Any

_HOMES = {
    "Answer": "answers",
    "Charge": "upstream",
    "Fault": "answers",
    "Hostile": "hostile",
    "Price": "answers",
    "QuickClock": "clock",
    "Received": "upstream",
    "ScriptedProvider": "upstream",
    "SteppedClock": "clock",
    "Tokens": "answers",
    "ToolCall": "answers",
    "dialect_conformance": "dialect",
    "embeddings_conformance": "rows",
    "rerank_conformance": "rows",
    "MODEL": "plugins",
    "Offer": "plugins",
    "Recorder": "plugins",
    "Result": "plugins",
    "chat": "plugins",
    "exchange_with": "plugins",
    "offer": "plugins",
    "refusal": "answers",
    "send": "plugins",
    "speech_conformance": "spoken",
    "index_of": "plugins",
    "policy_conformance": "conformance",
    "provider_conformance": "provider",
    "sink_conformance": "conformance",
    "strategy_conformance": "strategy",
}

_SUITES = (
    "conformance",
    "dialect",
    "documented",
    "imports",
    "laws",
    "provider",
    "provider_wire",
    "rows",
    "spoken",
    "strategy",
)

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'crossroads.testing' has no attribute {name!r}")
    import sys
    from importlib import import_module

    home = f"crossroads.testing.{_HOMES[name]}"
    if "pytest" in sys.modules:  # so that the asserts of the suites say what they compared
        fresh = {f"crossroads.testing.{suite}" for suite in _SUITES} - set(sys.modules)
        sys.modules["pytest"].register_assert_rewrite(*fresh)
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return __all__
