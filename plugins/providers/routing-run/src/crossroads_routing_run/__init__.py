"""routing.run. Facts stand in provider.toml; there is no code."""
