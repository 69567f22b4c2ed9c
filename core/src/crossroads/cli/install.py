"""`crossroads install|uninstall NAME`: packages by the names that Crossroads uses, through pip or uv.

Law: what will run is shown before it runs. Only wheels are installed, so that nothing of a package runs before somebody
trusts it; whether it may load is `plugins.trusted`'s to say.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated, Any

import typer

from crossroads.cli.show import Json, fail, note, show_json

Names = Annotated[list[str], typer.Argument(help="Names of plugins (groq, gateway), or wheel files.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show the command.")]


def install(names: Names, yes: Yes = False, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Install packages into this environment, with pip or uv. Exit 1 when that fails, 2 for a name nobody knows."""
    from crossroads.engine.installed.installer import install_command, wanted

    distributions = [wanted(name) for name in names]
    command = install_command(distributions)
    _run(command, {"distributions": distributions}, yes=yes, dry_run=dry_run, as_json=as_json, after=_tell_trust)


def uninstall(names: Names, yes: Yes = False, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Remove installed plugins from this environment. Exit 1 when that fails, 2 for what is not installed."""
    from crossroads.engine.installed.installer import installed, uninstall_command

    distributions = [installed(name) for name in names]
    command = uninstall_command(distributions)
    _run(command, {"distributions": distributions}, yes=yes, dry_run=dry_run, as_json=as_json, after=None)


def _run(command: list[str], told: dict[str, Any], *, yes: bool, dry_run: bool, as_json: bool, after: Any) -> None:
    note(f"Will run: {' '.join(command)}")
    if not dry_run and not yes:
        typer.confirm("Go on?", abort=True, err=True)
    code = None if dry_run else subprocess.run(command, stdout=sys.stderr, check=False).returncode  # noqa: S603
    if as_json:
        show_json({**told, "command": command, "done": code == 0, "exit_code": code})
    if code:
        fail(1, f"the command failed ({code}); what it said stands above.")
    if code == 0 and after is not None:
        after(told["distributions"])


def _tell_trust(distributions: list[str]) -> None:
    """Installed is not trusted: say what is missing, with the line that allows it."""
    from crossroads.config import cache_folder, load_config
    from crossroads.engine.installed.index import load_index
    from crossroads.engine.installed.trust import Trust, canonical

    trust, told = Trust(load_config().plugins.trusted), set()
    names = {canonical(name) for name in distributions}
    for plugin in load_index(cache_folder()).all():
        name = canonical(plugin.distribution)
        if name in names and name not in told and trust.objection(plugin) is not None:
            told.add(name)
            line = f'{plugin.distribution} = "{trust.hash_of(plugin)}"'
            note(f"{plugin.distribution} {plugin.version} is not trusted yet and will not load. To allow it, read it,")
            note(f"and add to [plugins.trusted]: {line}")
