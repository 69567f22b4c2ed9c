"""Claude Platform on AWS. Facts stand in provider.toml; there is no code."""
