"""Every command that lists: with all packages of this repository installed it answers, as a table and as JSON."""

import json
from collections.abc import Iterator

import pytest
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner

from crossroads.cli import app

ELSEWHERE = {
    "catalog refresh",
    "fleet check",
    "fleet release",
    "fleet write",
    "health",
    "plugin check",
    "plugins doctor",
    "simulate",
}
"""They ask providers or a gateway, build, write, simulate, import every plugin: each has tests of its own."""


def listings(command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Those with `--json` that need no argument."""
    context = Context(command)
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from listings(command.resolve_command(context, [name])[1], (*path, name))
    options = {option for parameter in command.params for option in parameter.opts}
    if path and "--json" in options and not any(parameter.required for parameter in command.params):
        yield " ".join(path)


FOUND = sorted(set(listings(get_command(app))) - ELSEWHERE)
"""Beside those, listings of what an argument names."""
ASKED = ("providers search speech", "route explain --model huggingfacetb/smollm2-135m-instruct", "models smollm")


@pytest.mark.parametrize("words", [*FOUND, *ASKED])
def test_a_listing_answers_people_and_programs(words, monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_API_KEY", "")
    run = CliRunner().invoke
    told = run(app, [*words.split(), "--json"])
    assert told.exit_code in (0, 1), told.output
    assert json.loads(told.stdout) is not None
    shown = run(app, words.split())
    assert (shown.exit_code, shown.exception and type(shown.exception)) in ((0, None), (1, SystemExit)), shown.output


def test_the_listings_are_found():
    assert {"models", "providers", "plugins list", "dialect list", "catalog diff"} <= set(FOUND)
