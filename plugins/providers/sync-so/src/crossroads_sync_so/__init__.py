"""sync.so: facts in provider.toml, its format in `video`."""
