"""Ant Group Ling (Bailing). Facts stand in provider.toml; there is no code."""
