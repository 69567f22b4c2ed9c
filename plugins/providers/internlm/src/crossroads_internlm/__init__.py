"""InternLM (Shanghai AI Laboratory). Facts stand in provider.toml; there is no code."""
