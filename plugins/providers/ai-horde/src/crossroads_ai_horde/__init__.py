"""AI Horde: facts in provider.toml, its formats in `images` and `completions`, what is asked for in `jobs`."""
