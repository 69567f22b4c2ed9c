"""Jina AI: facts in provider.toml."""
