"""Provider packages by the hundred, as real wheels: what an installation with every provider looks like.

A wheel is a zip with a fixed name, the package, and a dist-info (metadata, wheel, entry points, record). Written here
directly, because building one through a build backend costs a second and 400 are wanted.
Source: packaging.python.org, "Binary distribution format", read 2026-11-25.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

ENDPOINTS = 6  # a provider of middling size: 400 of them offer 2,400 models

MANIFEST = """\
schema = 1
name = "{name}"
display_name = "Bench {number}"
hosts = ["api.{name}.example"]
base_url = "https://api.{name}.example/v1"
headquarters = "US"

[operations.chat]
dialect = "openai-chat"
url = "{{base_url}}/chat/completions"
source = {{ url = "https://docs.{name}.example/chat", read = 2026-11-20 }}

[auth]
scheme = "bearer"
env = ["BENCH_{number}_API_KEY"]

[[quirks]]
rename = {{ max_completion_tokens = "max_tokens" }}
clamp = {{ temperature = [0.0, 1.0] }}

[data_policy]
trains_on_data = false
retains_prompts = true
retention_days = 30
"""
ENDPOINT = """
[[endpoints]]
model = "author-{number}/model-{row}"
upstream = "model-{row}"
context_tokens = 131072
max_output_tokens = 8192
supported_parameters = ["max_tokens", "temperature", "top_p", "stop", "tools", "tool_choice", "response_format"]
price_usd_per_mtok = {{ input = "0.10", output = "0.40", cache_read = "0.05" }}
source = {{ url = "https://{name}.example/pricing", read = 2026-11-20 }}
"""


def write_wheels(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [_write_wheel(folder, number) for number in range(count)]


def _write_wheel(folder: Path, number: int) -> Path:
    name = f"bench-{number}"
    package = f"crossroads_bench_{number}"
    info = f"{package}-0.1.0.dist-info"
    manifest = MANIFEST.format(name=name, number=number)
    manifest += "".join(ENDPOINT.format(name=name, number=number, row=row) for row in range(ENDPOINTS))
    files = {
        f"{package}/__init__.py": f'"""Bench {number}: everything about it is data."""\n',
        f"{package}/provider.toml": manifest,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: crossroads-{name}\nVersion: 0.1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[crossroads.providers]\n{name} = {package}\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"{package}-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
