"""Google's Gemini API (AI Studio). Everything that differs is data: see provider.toml."""
