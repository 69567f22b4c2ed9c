"""SCNet (National Supercomputing Internet). Facts stand in provider.toml; there is no code."""
