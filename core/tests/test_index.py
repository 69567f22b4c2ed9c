"""What is installed, as data: nothing is imported, nothing unchanged is read again, one bad package harms no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.engine.installed import index as index_module
from crossroads.engine.installed.index import CATALOGS, PROVIDERS, load_index
from crossroads.engine.installed.plugins import Plugins
from crossroads.engine.installed.trust import Trust
from crossroads.errors import PluginError

MANIFEST = """
schema = 1
name = "{name}"
display_name = "{display}"
base_url = "https://api.{name}.example/v1"
auth = {{ scheme = "bearer", env = ["{env}_KEY"] }}
operations.chat = {{ dialect = "openai-chat", url = "{{base_url}}/chat/completions" }}
"""


def install(site: Path, name: str, *, distribution=None, version="1.0", manifest=None, entry_points=None, module=None):
    """A distribution as an installer would leave it. Its module tells when it is imported."""
    distribution = distribution or f"crossroads-{name}"
    module = module or f"crossroads_{name}"
    package = site / module
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')\n")
    (package / "provider.toml").write_text(
        MANIFEST.format(name=name, display=name.title(), env=name.upper()) if manifest is None else manifest
    )
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n\nProse.\n")
    (info / "entry_points.txt").write_text(entry_points or f"[crossroads.providers]\n{name} = {module}\n")
    return package


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def load(site, tmp_path):
    return lambda cache=tmp_path / "cache": load_index(cache, [str(site)])


@pytest.fixture
def scans(monkeypatch):
    """Names of the distributions that were read anew."""
    seen, real = [], index_module._scan

    def scan(dist_info, *rest):
        seen.append(dist_info.name.partition("-")[0])
        return real(dist_info, *rest)

    monkeypatch.setattr(index_module, "_scan", scan)
    return seen


def test_a_provider_is_found_with_its_facts_and_without_being_imported(site, load):
    install(site, "acme")
    plugin = load().find(PROVIDERS, "acme")
    assert (plugin.distribution, plugin.version, plugin.value) == ("crossroads-acme", "1.0", "crossroads_acme")
    assert (plugin.env, plugin.activate) == (("ACME_KEY",), "credential")
    assert load().manifest(plugin).display_name == "Acme"
    assert "crossroads_acme" not in sys.modules


def test_another_path_with_the_same_packages_reads_none_of_them_anew(site, tmp_path, scans):
    install(site, "acme")
    load_index(tmp_path / "cache", [str(site)])
    scans.clear()
    found = load_index(tmp_path / "cache", [str(tmp_path / "elsewhere"), str(site)])
    assert found.find(PROVIDERS, "acme").version == "1.0"
    assert scans == []
    install(site, "other")
    load_index(tmp_path / "cache", [str(site), str(tmp_path)])
    assert scans == ["crossroads_other"]


def test_an_error_names_what_is_alike_and_not_hundreds(site, load):
    for number in range(12):
        install(site, f"acme{number}", distribution=f"crossroads-acme{number}", module=f"acme_{number}")
    with pytest.raises(PluginError, match=r"installed: acme7, .* and \d+ more"):
        load().find(PROVIDERS, "acme77")


def test_two_distributions_that_claim_one_name_are_both_named_and_neither_is_used(site, load):
    install(site, "acme", distribution="crossroads-acme")
    install(site, "acme", distribution="evil-acme", module="evil_acme")
    with pytest.raises(PluginError) as caught:
        load().find(PROVIDERS, "acme")
    assert "crossroads-acme and evil-acme both claim this name" in str(caught.value)


def test_three_distributions_that_claim_one_name_are_refused_too(site, load):
    for number in range(3):
        install(site, "acme", distribution=f"acme-{number}", module=f"acme_{number}")
    with pytest.raises(PluginError, match="both claim"):
        load().find(PROVIDERS, "acme")


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("schema = 1\nname = ", "can't be read"),
        (MANIFEST.format(name="other", display="x", env="X"), "names it 'other'"),
        (MANIFEST.format(name="bad", display="x", env="X") + 'colour = "red"', "colour"),
        ("", "missing"),
    ],
)
def test_a_broken_manifest_is_reported_by_name_and_the_others_load(site, load, manifest, says):
    install(site, "bad", manifest=manifest)
    install(site, "good")
    index = load()
    with pytest.raises(PluginError, match="plugin bad") as caught:
        index.find(PROVIDERS, "bad")
    assert says in str(caught.value)
    assert index.manifest(index.find(PROVIDERS, "good")).name == "good"


def test_a_manifest_that_was_broken_and_is_corrected_is_read_again(site, load):
    package = install(site, "bad", manifest="schema = 1\n")
    with pytest.raises(PluginError):
        load().find(PROVIDERS, "bad")
    (package / "provider.toml").write_text(MANIFEST.format(name="bad", display="Good now", env="X"))
    assert load().manifest(load().find(PROVIDERS, "bad")).display_name == "Good now"


@pytest.mark.parametrize("value", ["crossroads_acme.sub", "crossroads_absent", "a b"])
def test_an_entry_point_that_leads_nowhere_is_reported(site, load, value):
    install(site, "acme", entry_points=f"[crossroads.providers]\nacme = {value}\n")
    with pytest.raises(PluginError, match="plugin acme"):
        load().find(PROVIDERS, "acme")


def test_an_entry_points_file_that_is_no_ini_harms_nobody(site, load):
    install(site, "good")
    install(site, "bad", entry_points="crossroads. [[[")
    assert [plugin.name for plugin in load().all()] == ["good"]


def test_an_edit_of_a_manifest_is_seen_also_within_the_same_second(site, load):
    package = install(site, "acme")
    load()
    file = package / "provider.toml"
    before = file.stat()
    file.write_text(MANIFEST.format(name="acme", display="Acmf", env="ACME"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert file.stat().st_size == before.st_size
    index = load()
    assert index.manifest(index.find(PROVIDERS, "acme")).display_name == "Acmf"


def test_only_what_changed_is_read_again(site, load, scans):
    install(site, "acme")
    install(site, "other")
    load()
    assert sorted(scans) == ["crossroads_acme", "crossroads_other"]
    load()
    assert len(scans) == 2
    package = install(site, "acme", manifest=MANIFEST.format(name="acme", display="Longer name", env="ACME"))
    assert package
    load()
    assert scans[2:] == ["crossroads_acme"]


def test_what_was_uninstalled_is_gone(site, load):
    install(site, "acme")
    install(site, "other")
    load()
    for file in (info := site / "crossroads_other-1.0.dist-info").iterdir():
        file.unlink()
    info.rmdir()
    assert [plugin.name for plugin in load().all()] == ["acme"]


def test_an_upgrade_replaces_the_version_before(site, load):
    install(site, "acme")
    load()
    (site / "crossroads_acme-1.0.dist-info").rename(site / "crossroads_acme-2.0.dist-info")
    install(site, "acme", version="2.0")
    assert load().find(PROVIDERS, "acme").version == "2.0"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x82\xa7version\x63\xa5dists\x90"])
def test_a_cache_that_is_broken_or_of_another_version_is_made_anew(site, load, tmp_path, content):
    install(site, "acme")
    load()
    (cache,) = (tmp_path / "cache").iterdir()
    cache.write_bytes(content)
    assert load().find(PROVIDERS, "acme").name == "acme"
    assert len(cache.read_bytes()) > len(content)


def test_without_a_cache_folder_nothing_is_written(site, load, tmp_path):
    install(site, "acme")
    assert load(None).find(PROVIDERS, "acme")
    assert not (tmp_path / "cache").exists()


def test_a_cache_folder_that_can_not_be_written_costs_only_time(site, load, tmp_path):
    install(site, "acme")
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert load(blocked / "cache").find(PROVIDERS, "acme")


def test_the_first_on_the_path_wins_as_it_does_for_imports(tmp_path):
    for number in ("1", "2"):
        install(tmp_path / number, "acme", version=f"{number}.0")
    index = load_index(None, [str(tmp_path / "1"), str(tmp_path / "2"), str(tmp_path / "absent")])
    assert index.find(PROVIDERS, "acme").version == "1.0"


def test_a_name_that_is_not_installed_says_what_is_and_what_to_do(site, load):
    install(site, "acme")
    with pytest.raises(PluginError) as caught:
        load().find(PROVIDERS, "acne")
    assert "installed: acme" in str(caught.value)
    assert "pip install crossroads-acne" in caught.value.remedy


def test_an_index_of_an_interpreter_of_its_own_imports_no_plugin_also_with_a_start_up(site, tmp_path):
    install(site, "acme")
    code = (
        "import sys\n"
        "from crossroads.engine.exchange import Exchange\n"
        "from crossroads.config import Config\n"
        "x = Exchange(Config())\n"
        "assert 'acme' in x.catalog.instances, x.catalog.instances\n"
        "assert 'crossroads_acme' not in sys.modules\n"
    )
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)]),
        "CROSSROADS_HOME": str(tmp_path),
        "ACME_KEY": "sk-canary",
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=environ, cwd=tmp_path)


FACTS = 'schema = 1\nauthor = "acme"\nsources = {s = {url = "https://a.example/", read = 2026-11-20}}\n'
MODEL = '[models.%s]\ncontext_tokens = 9\naliases = ["%s"]\nsource = "s"\n'


def install_catalog(site: Path, name: str, **authors: str) -> Path:
    """A third party's catalog: a package with models/<author>.toml, found by its entry point."""
    module = f"{name}_facts"
    package = install(site, name, module=module, entry_points=f"[crossroads.catalogs]\n{name} = {module}\n")
    for author, text in authors.items():
        (package / "models").mkdir(exist_ok=True)
        (package / "models" / f"{author}.toml").write_text(text)
    return package


def facts_of(index):
    return Plugins(index).facts


def test_a_catalog_of_a_third_party_is_found_and_read_without_being_imported(site, load):
    install_catalog(site, "acme", acme=FACTS + MODEL % ("small", "tiny"))
    assert facts_of(load()).find("tiny").context_tokens == 9
    assert facts_of(load()).find("acme/small").context_tokens == 9
    assert "acme_facts" not in sys.modules


def test_a_changed_and_an_added_file_of_a_catalog_are_seen(site, load):
    package = install_catalog(site, "acme", acme=FACTS + MODEL % ("small", "tiny"))
    assert len(facts_of(load()).models) == 1
    (package / "models" / "acme.toml").write_text(FACTS + MODEL % ("small", "a") + MODEL % ("large", "b"))
    assert set(facts_of(load()).models) == {"acme/small", "acme/large"}
    (package / "models" / "beta.toml").write_text(FACTS.replace("acme", "beta") + MODEL % ("small", "c"))
    assert "beta/small" in facts_of(load()).models


def test_an_unchanged_catalog_is_not_read_again(site, load, scans):
    install_catalog(site, "acme", acme=FACTS + MODEL % ("small", "tiny"))
    load()
    load()
    assert scans == ["crossroads_acme"]


@pytest.mark.parametrize("authors", [{"acme": "schema = 2"}, {}])
def test_a_broken_catalog_is_reported_by_name_and_the_others_count(site, load, authors):
    install_catalog(site, "bad", **authors)
    install_catalog(site, "good", acme=FACTS + MODEL % ("small", "tiny"))
    with pytest.raises(PluginError, match="plugin bad"):
        load().find(CATALOGS, "bad")
    assert set(facts_of(load()).models) == {"acme/small"}


def test_a_catalog_that_is_not_trusted_names_nothing(site, load):
    install_catalog(site, "acme", acme=FACTS + MODEL % ("small", "tiny"))
    assert not facts_of(load().under(Trust({"crossroads-models": True}).objection)).aliases
    assert facts_of(load().under(Trust({"crossroads-acme": True}).objection)).aliases == {"tiny": "acme/small"}


def test_of_many_paths_the_newest_caches_stay(site, tmp_path):
    install(site, "acme")
    for number in range(index_module.CACHES_MAX + 3):
        assert load_index(tmp_path / "cache", [str(site), str(tmp_path / str(number))]).all()
    assert len(list((tmp_path / "cache").iterdir())) == index_module.CACHES_MAX
