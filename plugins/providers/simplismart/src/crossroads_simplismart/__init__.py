"""Simplismart: facts in provider.toml, its formats in `speech` and `transcription`."""
