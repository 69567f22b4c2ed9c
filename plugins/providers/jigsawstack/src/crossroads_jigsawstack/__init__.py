"""JigsawStack: facts in provider.toml, its format in `transcription`."""
