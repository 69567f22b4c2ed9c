"""Symbl.ai Nebula: facts in provider.toml, its format in `chat`."""
