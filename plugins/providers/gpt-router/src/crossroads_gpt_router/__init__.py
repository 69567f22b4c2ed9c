"""GPTRouter (Writesonic): facts in provider.toml, its format in `chat`."""
