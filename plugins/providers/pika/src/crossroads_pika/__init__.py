"""Pika: facts in provider.toml, its format in `video`."""
