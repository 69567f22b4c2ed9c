"""`crossroads keys create`: a key for a caller of the gateway. Shown once; only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

import typer

from crossroads.cli.show import Json, note, show_json
from crossroads.errors import ConfigError

app = typer.Typer(help="Keys of callers.", no_args_is_help=True)

PREFIX = "sk-cr-v1-"


@app.callback()
def group() -> None:
    """Keys of callers."""


@app.command("create")
def create(name: Annotated[str, typer.Argument(help="Who will use it.")], as_json: Json = False) -> None:
    """Make a key of 256 random bits, and the block for crossroads.toml that lets it in. Exit 2 for an empty name."""
    if not name.strip() or not name.isprintable():
        remedy = "Give it one line of printable characters."
        raise ConfigError("is no name of a caller.", field="name", value=name, remedy=remedy)
    key = PREFIX + secrets.token_hex(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    label = f"{key[:12]}...{key[-3:]}"
    if as_json:
        show_json({"name": name, "key": key, "hash": digest, "label": label})
        return
    print(key)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    note("This key is shown once. Add its hash to crossroads.toml; from the first key on, every caller needs one:\n")
    note(f'[[keys]]\nname = "{quoted}"\nhash = "{digest}"\nlabel = "{label}"')
