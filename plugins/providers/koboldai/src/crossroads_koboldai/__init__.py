"""KoboldAI: facts in provider.toml, its format in `completions`."""
