"""BytePlus ModelArk (ByteDance Seed, international). Facts stand in provider.toml; there is no code."""
