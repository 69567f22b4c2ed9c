"""EBCloud (EBTech). Facts stand in provider.toml; there is no code."""
