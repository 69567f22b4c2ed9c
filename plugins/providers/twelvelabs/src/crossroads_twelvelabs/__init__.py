"""TwelveLabs: facts in provider.toml, its formats in `chat` and `embeddings`."""
