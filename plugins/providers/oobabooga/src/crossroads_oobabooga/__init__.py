"""text-generation-webui (oobabooga). Facts stand in provider.toml; there is no code."""
