"""NovelAI: facts in provider.toml, its format of images in `images`. Its texts are OpenAI's format."""
