"""Mistral AI. Everything that differs is data: see provider.toml."""
