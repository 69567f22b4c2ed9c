"""Microsoft 365 Copilot Chat API. Facts stand in provider.toml; there is no code."""
