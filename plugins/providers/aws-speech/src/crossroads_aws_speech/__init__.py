"""Amazon Polly and Amazon Transcribe. Facts stand in provider.toml; there is no code."""
