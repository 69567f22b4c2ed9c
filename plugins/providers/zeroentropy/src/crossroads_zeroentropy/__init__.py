"""ZeroEntropy: facts in provider.toml, its format in `embeddings` and `rerank`."""
