"""Sarvam AI: facts in provider.toml, its formats of sound in `speech` and `transcription`."""
