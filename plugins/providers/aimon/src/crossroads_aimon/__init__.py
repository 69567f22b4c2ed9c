"""AIMon: facts in provider.toml, its format in `rerank`."""
