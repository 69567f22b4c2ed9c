"""Any OpenAI-compatible server by configuration, through the core's catalog."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import crossroads_openai_compatible
import pytest
from crossroads.config import Config
from crossroads.engine.catalog import Catalog, active_instances  # noqa: TID251  (no client yet shows an instance)
from crossroads.engine.index import PROVIDERS, Index, Plugin, load_index  # noqa: TID251
from crossroads.errors import ConfigError
from crossroads.manifest import read_manifest
from crossroads.money import parse_usd

CONFIGURATION = """
[[providers]]
name = "local"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:9100/v1"
api_key = "env:LOCAL_KEY"
endpoints = [{ model = "test/small", upstream = "small", context_tokens = 8192, price_usd_per_mtok = { input = "0.15", output = "0.60" } }]
"""
