"""SAP AI Core (Generative AI Hub). Facts stand in provider.toml; there is no code."""
