"""Bookend AI: facts in provider.toml, its format in `embeddings`."""
