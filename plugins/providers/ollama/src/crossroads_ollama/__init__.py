"""Ollama. Everything that differs is data: see provider.toml.

[[providers]]
name = "ollama"
endpoints = [{ model = "qwen/qwen3-14b", upstream = "qwen3:14b", context_tokens = 40960 }]
"""
