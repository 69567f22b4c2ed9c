"""DInference. Facts stand in provider.toml; there is no code."""
