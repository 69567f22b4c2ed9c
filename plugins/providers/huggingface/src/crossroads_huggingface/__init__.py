"""Hugging Face Inference (Providers, Endpoints). Facts stand in provider.toml; there is no code."""
