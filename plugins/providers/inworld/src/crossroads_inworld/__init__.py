"""Inworld: facts in provider.toml, its format of transcripts in `transcription`."""
