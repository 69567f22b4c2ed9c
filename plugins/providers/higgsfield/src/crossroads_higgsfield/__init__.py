"""Higgsfield: facts in provider.toml, its formats in `images` and `video`, its requests in `requests`."""
