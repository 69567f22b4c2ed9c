"""`crossroads catalog refresh` against a local server: what is new is shown, and written only when asked."""

import http.server
import json
import shutil
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from crossroads_catalog.command import app
from typer.testing import CliRunner

MANIFEST = """\
schema = 1
name = "acme"
base_url = "{base_url}"
models_url = "{{base_url}}/models"
auth = {{ scheme = "bearer", env = ["ACME_TEST_KEY"] }}
source = {{ url = "https://acme.example/docs", read = 2026-11-01 }}

[operations.chat]
dialect = "openai-chat"
url = "{{base_url}}/chat/completions"

[[endpoints]]
model = "openai/gpt-oss-20b"
upstream = "openai/gpt-oss-20b"
context_tokens = 4096
source = {{ url = "https://acme.example/pricing", read = 2026-11-01 }}

[[endpoints]]
model = "acme/old"
upstream = "old"

[[endpoints]]
model = "acme/kept"
upstream = "kept"
"""
LISTING = {
    "object": "list",
    "data": [
        {"id": "openai/gpt-oss-20b", "object": "model", "context_window": 131072, "pricing": {"prompt": "0.0000001"}},
        {"id": "kept", "object": "model"},
        {"id": "openai/gpt-oss-120b", "object": "model", "context_window": 131072},
        {"id": "nobody/knows", "object": "model"},
    ],
}


class Server:
    """Answers by path, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str | None]] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers.get("authorization")))
                status, body = server.answers.get(self.path, (404, b""))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server():
    found = Server()
    thread = threading.Thread(target=found.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.answers["/v1/models"] = (200, json.dumps(LISTING).encode())
    yield found
    found.http.shutdown()
    thread.join()
    found.http.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """One for all tests, so that what is installed beside is indexed once."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture
def package(site, tmp_path, server, monkeypatch) -> Path:
    """A provider's package in a checkout, installed as an editable one is."""
    folder = site / "acme"
    shutil.rmtree(folder, ignore_errors=True)
    module = folder / "src" / "crossroads_acme"
    module.mkdir(parents=True)
    (module / "__init__.py").write_text('"""Acme."""\n')
    (module / "provider.toml").write_text(MANIFEST.format(base_url=f"{server.url}/v1"))
    (folder / "pyproject.toml").write_text('[project]\nname = "crossroads-acme"\nversion = "0.1.9"\n')
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## [0.1.9] - 2026-11-01\n\n### Added\n\n- Acme.\n")
    info = folder / "src" / "crossroads_acme-0.1.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossroads-acme\nVersion: 0.1.9\n")
    (info / "entry_points.txt").write_text("[crossroads.providers]\nacme = crossroads_acme\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder / "src")])
    monkeypatch.setenv("CROSSROADS_HOME", str(site / "home"))
    monkeypatch.delenv("CROSSROADS_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return folder


def refresh(*arguments: str, code: int = 0):
    done = CliRunner().invoke(app, ["refresh", *arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def manifest(package: Path):
    return tomllib.loads((package / "src" / "crossroads_acme" / "provider.toml").read_text())


def test_a_live_listing_is_compared_and_nothing_is_written_unasked(package, server, monkeypatch):
    monkeypatch.setenv("ACME_TEST_KEY", "sk-test")
    before = manifest(package)
    rows = refresh("acme")
    assert [(row["change"], row["upstream"], row["field"], row["old"], row["new"]) for row in rows] == [
        ("changed", "openai/gpt-oss-20b", "context_tokens", 4096, 131072),
        ("changed", "openai/gpt-oss-20b", "price.input", None, "0.1"),
        ("gone", "old", None, None, None),
        ("added", "nobody/knows", None, None, None),
        ("added", "openai/gpt-oss-120b", None, None, None),
    ]
    assert {row["source"] for row in rows} == {f"{server.url}/v1/models"}
    assert server.asked == [("/v1/models", "Bearer sk-test")]
    assert manifest(package) == before


def test_what_is_accepted_is_written_with_version_and_changelog(package):
    rows = refresh("acme", "--write", "--doubtful")
    assert [(row["upstream"], row["written"], row["version"]) for row in rows] == [
        ("openai/gpt-oss-20b", True, "0.1.10"),
        ("openai/gpt-oss-20b", True, "0.1.10"),
        ("old", True, "0.1.10"),
        ("nobody/knows", False, "0.1.10"),
        ("openai/gpt-oss-120b", True, "0.1.10"),
    ]
    endpoints = manifest(package)["endpoints"]
    assert [row["upstream"] for row in endpoints] == ["openai/gpt-oss-20b", "kept", "openai/gpt-oss-120b"]
    assert endpoints[0]["context_tokens"] == 131072
    assert 'version = "0.1.10"' in (package / "pyproject.toml").read_text()
    log = (package / "CHANGELOG.md").read_text()
    assert log.index("## [0.1.10]") < log.index("### Facts") < log.index("## [0.1.9]")
    assert "/v1/models:\n\n- `openai/gpt-oss-20b`: context_tokens 4096 -> 131072.\n" in log
    assert "nobody" not in log
    assert {row["upstream"] for row in refresh("acme")} == {"nobody/knows"}


def test_what_is_doubtful_waits_for_a_word(package):
    rows = refresh("acme", "--write", "--only", "changed")
    assert [(row["field"], row["written"]) for row in rows] == [("context_tokens", False), ("price.input", True)]
    assert rows[0]["why"] == "more than tenfold: another unit?"
    assert "context_tokens = 4096" in (package / "src" / "crossroads_acme" / "provider.toml").read_text()


def test_what_a_hand_wrote_stays(package):
    (package / "overrides.toml").write_text(
        '[[endpoints]]\nupstream = "openai/gpt-oss-20b"\nprice_usd_per_mtok = { input = "0.3" }\n'
    )
    rows = refresh("acme", "--write", "--only", "changed", "--doubtful")
    assert [(row["field"], row["why"]) for row in rows] == [
        ("context_tokens", None),
        ("price.input", "overrides.toml says otherwise"),
    ]


def test_an_installed_package_is_nobodys_to_edit(package):
    (package / "pyproject.toml").unlink()
    rows = refresh("acme", "--write")
    assert {row["why"] for row in rows} == {"its package is installed, not checked out"}


def test_a_listing_that_fails_is_named_and_the_command_says_so(package, server):
    server.answers["/v1/models"] = (401, b"no")
    rows = refresh("acme", code=1)
    assert [(row["provider"], row["change"]) for row in rows] == [("acme", "failed")]
    assert "ACME_TEST_KEY" in rows[0]["error"]


def test_without_names_those_are_asked_that_take_part(package, server):
    refresh()
    assert server.asked == []


def test_a_published_catalog_is_read_from_a_file_or_a_url(package, server, tmp_path):
    catalog = {"acme": {"models": {"kept": {"limit": {"context": 8192}, "cost": {"input": 0.5}}}}}
    file = tmp_path / "api.json"
    file.write_text(json.dumps(catalog))
    rows = refresh("acme", "--from", str(file), "--format", "models.dev")
    assert [(row["field"], row["new"], row["source"]) for row in rows] == [
        ("context_tokens", 8192, "https://models.dev/api.json"),
        ("price.input", "0.5", "https://models.dev/api.json"),
    ]
    server.answers["/api.json"] = (200, file.read_bytes())
    server.answers["/api.json?token=mine"] = (200, file.read_bytes())
    for query in ("", "?token=mine"):
        rows = refresh("--from", f"{server.url}/api.json{query}")
        assert {row["source"] for row in rows} == {f"{server.url}/api.json"}
    assert server.asked == [("/api.json", None), ("/api.json?token=mine", None)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        ["--format", "litellm"],
        ["--from", "absent.json"],
        ["--from", "http://127.0.0.1:1/x"],
        ["--only", "moved"],
    ],
)
def test_what_is_asked_wrongly_is_refused(package, arguments):
    done = CliRunner().invoke(app, ["refresh", *arguments])
    assert done.exit_code == 2 or done.exception is not None
    assert manifest(package)["endpoints"][0]["context_tokens"] == 4096
