"""Anthropic: all that is to know stands in provider.toml."""
