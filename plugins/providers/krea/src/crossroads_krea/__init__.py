"""Krea: facts in provider.toml, its formats in `images` and `video`, its jobs in `jobs`."""
