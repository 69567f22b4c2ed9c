"""fal: facts in provider.toml, its formats in `images` and `transcription`, its queue in `queue`."""
