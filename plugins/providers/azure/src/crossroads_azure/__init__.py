"""Microsoft Azure AI (Foundry, Azure OpenAI, Speech). Facts stand in provider.toml; there is no code."""
