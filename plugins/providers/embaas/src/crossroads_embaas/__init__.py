"""embaas: facts in provider.toml, its format in `embeddings`."""
