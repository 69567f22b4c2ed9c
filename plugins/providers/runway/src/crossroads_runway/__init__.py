"""Runway: facts in provider.toml, its formats in `images`, `speech` and `video`, its tasks in `tasks`."""
