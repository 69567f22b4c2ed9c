"""Baidu AI Cloud Qianfan. Facts stand in provider.toml; there is no code."""
