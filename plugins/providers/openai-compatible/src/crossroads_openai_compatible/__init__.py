"""Any server that speaks the OpenAI API. Address, key and endpoints stand in crossroads.toml."""
