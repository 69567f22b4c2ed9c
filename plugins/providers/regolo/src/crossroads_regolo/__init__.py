"""Regolo AI. Facts stand in provider.toml; there is no code."""
