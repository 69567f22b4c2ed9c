"""Who may load: what is not trusted takes no part, harms nobody, and is named; nothing of it ever runs."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.config import Config
from crossroads.engine.catalog import Catalog, active_instances
from crossroads.engine.exchange import Exchange
from crossroads.engine.installed.index import POLICIES, PROVIDERS, load_index
from crossroads.engine.installed.metadata import origin_of, path_files_that_run
from crossroads.engine.installed.plugins import Plugins
from crossroads.engine.installed.trust import distribution_hash, trusted_index, wheel_hash
from crossroads.errors import ConfigError, PluginError
from crossroads.testing import chat, exchange_with, offer, send

MANIFEST = """
schema = 1
name = "NAME"
activate = "installed"
base_url = "http://127.0.0.1:9/v1"
auth = { scheme = "none" }
operations.chat = { dialect = "openai-chat", url = "{base_url}/chat/completions" }
endpoints = [{ model = "a/b", upstream = "b" }]
"""
BOOM = "raise AssertionError('imported')\n"


def install(site, name, *, distribution=None, code="x = 1\n", version="1.0", kind="policies", api="", record=()):
    """A distribution as pip leaves it."""
    distribution = distribution or f"crossroads-{name}"
    module = distribution.replace("-", "_")
    package = site / module
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(code)
    if kind == "providers":
        (package / "provider.toml").write_text(MANIFEST.replace("NAME", name))
    info = site / f"{module}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[crossroads.{kind}]\n{name} = {module}\n{api}")
    (info / "INSTALLER").write_text("pip\n")
    files = [f"{module}/__init__.py", f"{info.name}/METADATA", f"{info.name}/RECORD", *record]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    return info


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path / "home"))
    return folder


def index_under(site, trusted):
    return trusted_index(Config.of({"plugins": {"trusted": trusted}}), load_index(None, [str(site)]))


def test_only_trusted_distributions_load_whatever_the_spelling(site):
    install(site, "good")
    install(site, "evil", code=BOOM)
    index = index_under(site, {"Crossroads_Good": True})
    assert Plugins(index).load(POLICIES, "good").x == 1
    with pytest.raises(PluginError, match=r"crossroads-evil is not among plugins\.trusted"):
        Plugins(index).load(POLICIES, "evil")


def test_an_empty_table_trusts_nobody_and_without_one_everybody_is_trusted(site):
    install(site, "good")
    with pytest.raises(PluginError, match="trusted"):
        Plugins(index_under(site, {})).load(POLICIES, "good")
    assert Plugins(trusted_index(Config.of({}), load_index(None, [str(site)]))).load(POLICIES, "good")


def test_a_hash_allows_what_was_read_and_nothing_that_was_changed_since(site):
    info = install(site, "good")
    allowed = distribution_hash(info)
    for trusted in (allowed, ["sha256:" + "0" * 64, allowed]):
        assert Plugins(index_under(site, {"crossroads-good": trusted})).load(POLICIES, "good")
    for change in ("x = 2\n", "x = 1\n", "new file"):
        file = site / "crossroads_good" / ("more.py" if change == "new file" else "__init__.py")
        file.write_text(change)
        same = change == "x = 1\n"
        assert (distribution_hash(info) == allowed) == same
        assert bool(index_under(site, {"crossroads-good": allowed}).refused) != same


def test_the_hash_is_that_of_the_wheel_and_not_of_the_machine(site, tmp_path):
    here = install(site, "good")
    there = install(tmp_path / "elsewhere", "good")
    (there / "INSTALLER").write_text("uv\n")
    (there / "direct_url.json").write_text("{}")
    cached = site / "crossroads_good" / "__pycache__"
    cached.mkdir()
    (cached / "x.pyc").write_bytes(b"compiled")
    assert distribution_hash(here) == distribution_hash(there)
    assert distribution_hash(here) != distribution_hash(install(site, "good", version="1.1"))


def test_a_path_file_counts_unless_the_installation_is_editable(site):
    info = install(site, "good", record=("good.pth",))
    (site / "good.pth").write_text("/somewhere\n")
    before = distribution_hash(info)
    (site / "good.pth").write_text("/elsewhere\n")
    assert distribution_hash(info) != before
    (info / "direct_url.json").write_text('{"url": "file:///x", "dir_info": {"editable": true}}')
    editable = distribution_hash(info)
    (site / "good.pth").write_text("/somewhere\n")
    assert distribution_hash(info) == editable


@pytest.mark.parametrize("content", [b"no zip", None])
def test_what_is_no_wheel_has_no_hash(content, tmp_path):
    if content is not None:
        (tmp_path / "x.whl").write_bytes(content)
    with pytest.raises(ConfigError, match="no wheel"):
        wheel_hash(tmp_path / "x.whl")


def test_an_untrusted_provider_takes_no_part_also_where_it_is_only_data(site):
    install(site, "evil", kind="providers", code=BOOM)
    index = index_under(site, {"crossroads-good": True})
    assert active_instances(Config.of({}), index) == []
    with pytest.raises(PluginError, match="trusted"):
        index.find(PROVIDERS, "evil")
    open_to_all = load_index(None, [str(site)])
    assert Catalog(active_instances(Config.of({}), open_to_all), {}).models.keys() == {"a/b"}


def test_an_untrusted_distribution_can_not_take_a_trusted_ones_name(site):
    install(site, "good", kind="providers")
    install(site, "good", distribution="evil-good", kind="providers", code=BOOM)
    with pytest.raises(PluginError, match="both claim"):
        load_index(None, [str(site)]).find(PROVIDERS, "good")
    found = index_under(site, {"crossroads-good": True}).find(PROVIDERS, "good")
    assert found.distribution == "crossroads-good"


def test_what_is_not_trusted_is_named_in_the_log(site, caplog):
    for number in range(12):
        install(site, f"evil-{number:02}")
    with caplog.at_level(logging.WARNING):
        index_under(site, {})
    (line,) = [record.getMessage() for record in caplog.records]
    assert "crossroads-evil-00" in line
    assert "and 2 more" in line


def test_a_dialect_that_is_not_trusted_is_no_failure_of_a_surface(site, caplog):
    install(site, "words", code=BOOM, kind="dialects")
    exchange = Exchange(Config.of({"routing": {"strategies": []}}), index=index_under(site, {}))
    caplog.clear()
    assert exchange.dialects() == []
    assert caplog.messages == []


async def test_what_an_embedding_application_brings_needs_no_trust():
    async with exchange_with(offer("acme", "http://127.0.0.1:9/v1"), config={"plugins": {"trusted": {}}}) as exchange:
        result = await send(exchange, chat())
    assert [attempt.endpoint.provider for attempt in result.call.route.attempts] == ["acme"]


@pytest.mark.parametrize("trusted", [["crossroads-x"], {"x": False}, {"x": "sha1:12"}, {"x": ["sha256:zz"]}])
def test_a_mistake_in_the_list_is_an_error_and_not_a_permission(trusted):
    with pytest.raises(ConfigError, match="plugins"):
        Config.of({"plugins": {"trusted": trusted}})


def test_a_plugin_for_other_hooks_is_not_used_and_says_which(site):
    install(site, "old", code=BOOM, api='[crossroads.api]\n99 = "crossroads_old"\n')
    install(site, "both", api='[crossroads.api]\n1 = "crossroads_both"\n99 = "crossroads_both"\n')
    index = load_index(None, [str(site)])
    with pytest.raises(PluginError, match="hook API 99, and this core has 1"):
        index.find(POLICIES, "old")
    assert index.find(POLICIES, "both").api == ("1", "99")


def test_a_path_file_that_runs_code_is_found_and_one_that_names_a_folder_is_not(site):
    info = install(site, "evil", record=("evil.pth", "editable.pth"))
    (site / "evil.pth").write_text("import os; os.environ\n")
    (site / "editable.pth").write_text("/somewhere/src\n")
    assert path_files_that_run(info) == ["evil.pth"]


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ({"url": "file:///a/b", "dir_info": {"editable": True}}, "editable file:///a/b"),
        (
            {"url": "https://me:token@git.example/x.git", "vcs_info": {"commit_id": "abc"}},
            "https://git.example/x.git@abc",
        ),
        ("not json", "index, by pip"),
        ({"url": 7}, "index, by pip"),
        (None, "index, by pip"),
    ],
)
def test_where_it_came_from_is_told_without_a_token(told, origin, site):
    info = install(site, "good")
    if told is not None:
        (info / "direct_url.json").write_text(told if isinstance(told, str) else json.dumps(told))
    assert origin_of(info) == origin


def crossroads(site: Path, *arguments: str, config: str | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path}
    if config is not None:
        (site.parent / "crossroads.toml").write_text(config)
        environment["CROSSROADS_CONFIG"] = str(site.parent / "crossroads.toml")
    command = [sys.executable, "-m", "crossroads", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=site.parent)


def test_the_doctor_tells_the_state_of_each_and_runs_nothing_of_the_untrusted(site):
    touched = site.parent / "touched"
    code = f"open({str(touched)!r}, 'w')\n"
    install(site, "good")
    install(site, "evil", code=code)
    install(site, "broken", code="1/0\n")
    install(site, "twin")
    install(site, "twin", distribution="other-twin")
    install(site, "old", api='[crossroads.api]\n99 = "crossroads_old"\n')
    names = ("good", "broken", "twin", "old")
    trusted = "".join(f"crossroads-{name} = true\n" for name in names) + "other-twin = true\n"
    done = crossroads(site, "plugins", "doctor", "--json", config=f"[plugins.trusted]\n{trusted}")
    assert done.returncode == 1
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert {name: rows[name]["state"] for name in (*names, "evil")} == {
        "good": "ok", "evil": "untrusted", "broken": "broken", "twin": "broken", "old": "broken",
    }  # fmt: skip
    assert (rows["good"]["origin"], rows["good"]["api"], rows["good"]["trust"]) == ("index, by pip", "1", "named")
    assert rows["good"]["import_ms"] is not None
    assert rows["evil"]["hash"] in rows["evil"]["remedy"]
    assert "ZeroDivisionError" in rows["broken"]["problem"]
    assert "both claim" in rows["twin"]["problem"]
    assert {rows["twin"]["distribution"], *rows["twin"]["conflicts"]} == {"crossroads-twin", "other-twin"}
    assert rows["good"]["conflicts"] == []
    assert all(row["remedy"] for row in rows.values() if row["state"] != "ok")
    assert not touched.exists()


def test_a_name_that_nobody_has_read_reaches_the_terminal_without_its_codes(site, caplog):
    info = install(site, "evil")
    (info / "METADATA").write_text("Name: evil\x1b[2J\nVersion: 1\x1b[31m\n")
    done = crossroads(site, "plugins", "list")
    assert "evil" in done.stdout
    assert "\x1b" not in done.stdout
    index_under(site, {})
    assert "\x1b" not in caplog.text


def test_a_command_of_an_untrusted_distribution_is_listed_and_never_run(site):
    touched = site.parent / "touched"
    install(site, "evil", kind="commands", code=f"open({str(touched)!r}, 'w')\n")
    done = crossroads(site, "evil", config="[plugins.trusted]\ncrossroads = true\n")
    assert done.returncode == 2
    assert "not among plugins.trusted" in done.stderr
    assert not touched.exists()
