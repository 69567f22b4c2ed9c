"""Infinity embedding server. Facts stand in provider.toml; there is no code."""
