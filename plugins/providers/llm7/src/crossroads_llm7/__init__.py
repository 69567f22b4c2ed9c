"""LLM7.io. Facts stand in provider.toml; there is no code."""
