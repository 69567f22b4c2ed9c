"""Facts of models, as data: models/<author>.toml, and conflicts.jsonl, where sources disagree about offers.

Law: facts are true or absent, each with source and date. Nothing here is run: the index reads the files.
"""
