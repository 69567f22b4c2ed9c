"""Tavily: facts in provider.toml, its format in `chat`."""
