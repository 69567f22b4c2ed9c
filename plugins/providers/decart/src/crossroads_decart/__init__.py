"""Decart: facts in provider.toml, its formats in `images` and `video`, what they are given in `sources`."""
