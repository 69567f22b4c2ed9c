"""What an import costs, as a fact and not as a timing: which modules it loads."""

import subprocess
import sys

HEAVY = {"httpx", "httpx2", "pydantic", "pluggy", "stevedore", "typer", "rich", "jsonschema", "msgspec", "asyncio"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_import_crossroads_loads_nothing_but_itself():
    assert loaded_by("import crossroads") <= {"crossroads", "typing", "collections", "functools", "re", *_typing()}


def test_import_crossroads_loads_no_heavy_package_and_no_plugin():
    loaded = loaded_by("import crossroads")
    assert not {name for name in loaded if name.split(".")[0] in HEAVY or name.startswith("crossroads_")}


def test_help_loads_no_engine_and_no_plugin_code():
    code = "import sys; sys.argv = ['crossroads', '--help']\n"
    code += "try: from crossroads.cli import main; main()\nexcept SystemExit: pass\n"
    code += "print('LOADED', *sorted(sys.modules))"
    for _ in range(2):  # the first may find that packages have changed, and compile their index anew
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(out.split("LOADED")[1].split())
    assert not {name for name in loaded if name.startswith("crossroads_")}
    assert not loaded & {"httpx", "pluggy", "stevedore", "jsonschema", "pydantic"}


def test_the_warm_index_imports_no_plugin_and_neither_jsonschema_nor_pydantic():
    code = "from crossroads.config import home; from crossroads.engine.installed.index import load_index; "
    code += "load_index(home() / 'cache')"
    subprocess.run([sys.executable, "-c", code], check=True)
    loaded = loaded_by(code)
    assert not {name for name in loaded if name.startswith("crossroads_")}
    assert not loaded & {"jsonschema", "pydantic", "pluggy", "stevedore", "httpx"}


def _typing() -> set[str]:
    return loaded_by("import typing")
