"""v0 (Vercel). Facts stand in provider.toml; there is no code."""
