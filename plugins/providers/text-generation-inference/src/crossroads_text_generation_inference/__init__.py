"""Hugging Face Text Generation Inference. Facts stand in provider.toml; there is no code."""
