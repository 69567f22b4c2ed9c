"""NLP Cloud: facts in provider.toml, its formats in `chat`, `completions` and `embeddings`."""
