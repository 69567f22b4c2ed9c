"""`POST /{deployment}/v1/chat/completions`: OpenAI's chat; its model is the deployment's adapter, or none.

An upstream name is `deployment` or `deployment:adapter/version`, as Portkey's gateway writes it.
Source: docs.predibase.com/user-guide/inference/migrate-openai, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crossroads_openai_chat import OpenAIChat

from crossroads.dialect import Draft


class PredibaseChat(OpenAIChat):
    """See `crossroads.dialect.Dialect`. As an upstream: our clients write OpenAI's."""

    name = "predibase-chat"
    paths: tuple[str, ...] = ()
    upstream_path = "/v1/chat/completions"

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        deployment, _, adapter = upstream.partition(":")
        where = f"{url}/{quote(deployment, safe='')}{self.upstream_path}"
        return super()._draft(fields, where, adapter, stream)
