"""Hedra: facts in provider.toml, its formats in `video` and `images`."""
