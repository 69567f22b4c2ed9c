"""AudioStack: facts in provider.toml, its format in `speech`."""
