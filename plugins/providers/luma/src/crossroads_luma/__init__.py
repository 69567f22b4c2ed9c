"""Luma AI: facts in provider.toml, its formats in `images` and `video`, its generations in `generations`."""
