"""AI21 Labs. Facts stand in provider.toml; there is no code."""
