"""Yuan 2.0 (Inspur). Facts stand in provider.toml; there is no code."""
