"""Huawei Cloud MaaS (ModelArts). Facts stand in provider.toml; there is no code."""
