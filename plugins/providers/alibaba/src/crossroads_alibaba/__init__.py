"""Alibaba Cloud Model Studio (DashScope). Facts stand in provider.toml; there is no code."""
