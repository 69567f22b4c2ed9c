"""Docker Model Runner. Facts stand in provider.toml; there is no code."""
