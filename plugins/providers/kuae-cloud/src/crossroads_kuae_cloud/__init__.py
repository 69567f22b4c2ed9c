"""KUAE Cloud (Moore Threads). Facts stand in provider.toml; there is no code."""
