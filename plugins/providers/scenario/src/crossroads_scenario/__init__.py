"""Scenario: facts in provider.toml, its format in `images`."""
