"""NovelAI: facts in provider.toml, its format of images in `images`. Its completions are OpenAI's format."""
