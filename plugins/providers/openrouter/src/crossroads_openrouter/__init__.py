"""OpenRouter. Everything that differs is data: see provider.toml."""
