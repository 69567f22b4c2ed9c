"""China Telecom State Cloud (Tianyi Cloud). Facts stand in provider.toml; there is no code."""
