"""D.Run (DaoCloud). Facts stand in provider.toml; there is no code."""
