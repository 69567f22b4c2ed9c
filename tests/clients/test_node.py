"""npm clients, unmodified: `openai`, and the Vercel AI SDK with `@openrouter/ai-sdk-provider`."""

import shutil
import subprocess
from pathlib import Path

import pytest

JS = Path(__file__).parent / "js"
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="node and npm are not installed on this machine"
)


@pytest.fixture(scope="session")
def packages() -> None:
    """node_modules, once."""
    if not (JS / "node_modules" / "ai").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        done = subprocess.run(command, cwd=JS, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", ["openai.mjs", "ai-sdk.mjs"])
def test_the_client_works_unmodified(script, packages, gateway, model):
    done = subprocess.run(["node", script, gateway, model], cwd=JS, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("ok")
