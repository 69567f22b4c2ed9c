"""The makers' own bodies that are a prompt and not messages, each a module of its own."""
