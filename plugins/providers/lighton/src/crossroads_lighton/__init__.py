"""LightOn. Facts stand in provider.toml; there is no code."""
