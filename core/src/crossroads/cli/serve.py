"""`crossroads serve`: a surface in front of the exchange, by default the HTTP gateway."""

from __future__ import annotations

from typing import Annotated

import typer

from crossroads.cli.show import ConfigFile, note

SURFACES = "crossroads.surfaces"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default: loopback.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8080.", min=0, max=65535)] = None,
    surface: Annotated[str, typer.Option(help="Which surface to serve.")] = "gateway",
    config: ConfigFile = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish what is in flight. Exit 2 when the configuration is wrong."""
    import msgspec

    from crossroads.config import load_config
    from crossroads.engine.installed.plugins import Plugins
    from crossroads.engine.installed.trust import trusted_index

    settings = load_config(config)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = msgspec.structs.replace(settings, server=msgspec.structs.replace(settings.server, **given))
    plugins = Plugins(trusted_index(settings))
    made = plugins.make(SURFACES, surface, {}, at=f"surfaces.{surface}")
    made.run(settings, ready=lambda address: note(f"Crossroads serves on {address} (Ctrl-C ends it)."))
