"""Merge Gateway. Everything that differs is data: see provider.toml."""
