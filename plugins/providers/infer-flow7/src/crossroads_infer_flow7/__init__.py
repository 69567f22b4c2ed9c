"""Infer by Flow7. Facts stand in provider.toml; there is no code."""
