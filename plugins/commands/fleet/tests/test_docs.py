"""The page of all providers is what the manifests say."""

from pathlib import Path

from crossroads_fleet.command import app
from crossroads_fleet.docs import differing
from crossroads_fleet.repo import Repo
from crossroads_fleet.write import changes, save
from typer.testing import CliRunner

HERE = Path(__file__).parents[4]


def test_the_page_of_this_repository_is_current():
    assert differing(Repo(HERE)) == {}, "run `crossroads fleet docs`"


def test_every_provider_stands_there_with_operations_level_and_sources(root, catalog):
    from crossroads_fleet.catalog import read_catalog

    repo = Repo(root)
    for _, files in changes(repo, read_catalog(catalog), ()):
        save(files)
    (root / "core" / "src" / "crossroads").mkdir(parents=True)
    assert CliRunner().invoke(app, ["docs", "--check", "--root", str(root)]).exit_code == 1
    assert CliRunner().invoke(app, ["docs", "--root", str(root)]).exit_code == 0
    text = (root / "docs" / "providers.md").read_text()
    north = next(line for line in text.splitlines() if "crossroads-north" in line)
    assert "chat (openai-chat, anthropic-messages), embeddings (openai-embeddings)" in north
    assert "| listed |" in north
    assert "acme/facts, north.example" in north
    assert "address, dialect, auth" in next(line for line in text.splitlines() if "crossroads-ghost" in line)
    assert '"crossroads-far"' in (root / "core" / "src" / "crossroads" / "known.json").read_text()
    assert CliRunner().invoke(app, ["docs", "--check", "--root", str(root)]).exit_code == 0
