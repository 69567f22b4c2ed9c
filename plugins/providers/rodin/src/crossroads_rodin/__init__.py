"""Rodin (Hyper3D). Facts stand in provider.toml; there is no code."""
