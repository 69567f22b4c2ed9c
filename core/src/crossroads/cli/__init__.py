"""The `crossroads` command. One file a command; heavy imports stand inside them, so that help and completion are quick.

Exit codes: 0 done, 1 it failed, 2 it was asked wrongly (arguments, configuration). Results go to stdout, notes and
progress to stderr. Plugins add commands through the entry-point group `crossroads.commands` (a Typer app each).
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from crossroads.cli import (
    chat,
    demo,
    health,
    install,
    keys,
    models,
    plugin,
    plugins,
    providers,
    route,
    serve,
    version,
)  # fmt: skip
from crossroads.errors import ConfigError, CrossroadsError, PluginError, printable

COMMANDS = "crossroads.commands"


class Unloaded(TyperCommand):
    """A plugin's command while only its name and summary are wanted."""


class Group(TyperGroup):
    """Our commands, then those of installed plugins, loaded when they are run: help and completion import none."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *(plugin.name for plugin in _index().all(COMMANDS))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            plugin = next((one for one in _index().all(COMMANDS) if one.name == cmd_name), None)
            found = plugin and Unloaded(cmd_name, help=_summary(plugin.distribution))
        return found

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, found, rest = super().resolve_command(ctx, args)
        if isinstance(found, Unloaded):
            from crossroads.config import load_config
            from crossroads.engine.installed.plugins import Plugins
            from crossroads.engine.installed.trust import trusted_index

            found = typer.main.get_command(Plugins(trusted_index(load_config())).load(COMMANDS, str(name)))
        return name, found, rest


def _summary(distribution: str) -> str:
    from importlib.metadata import metadata

    return str(metadata(distribution).json.get("summary", ""))


def _index() -> Any:
    from crossroads.config import cache_folder
    from crossroads.engine.installed.index import load_index

    return load_index(cache_folder())


app = typer.Typer(
    cls=Group,
    help="Crossroads: an open exchange for AI models. One key and one endpoint in front of every provider.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("chat")(chat.chat)
app.command("models")(models.models)
app.add_typer(providers.app, name="providers")
app.command("health")(health.health)
app.command("install")(install.install)
app.command("uninstall")(install.uninstall)
app.add_typer(route.app, name="route")
app.add_typer(plugin.app, name="plugin")
app.add_typer(plugins.app, name="plugins")
app.add_typer(keys.app, name="keys")
app.command("version")(version.version)


def main() -> None:
    """The entry point: an error is one line that says what to do, never a traceback."""
    _open_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where it can be told that nobody took it
    except CrossroadsError as error:
        print(f"crossroads: {error}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, ConfigError | PluginError) else 1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:  # `crossroads models | head`
        _drop_stdout()
        raise SystemExit(1) from None
    except OSError as error:
        what = error.filename or "stdout"
        print(f"crossroads: {what}: {error.strerror or error}. Check what may be done there.", file=sys.stderr)
        _drop_stdout()
        raise SystemExit(1) from None
    except UnicodeError as error:
        print(
            f"crossroads: a text is not UTF-8 ({printable(error)}). Give names and prompts in UTF-8.", file=sys.stderr
        )
        raise SystemExit(2) from None


def _open_streams() -> None:
    """Those that the caller closed lead nowhere, and a character that the terminal has not is `?`."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _drop_stdout() -> None:
    """What is left in it would be tried again at exit, and fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
