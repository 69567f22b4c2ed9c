"""Tencent Cloud (Hunyuan, TokenHub, LKEAP). Facts stand in provider.toml; there is no code."""
