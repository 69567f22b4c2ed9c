"""The bodies of InvokeModel: Anthropic's Messages and Nova's, which is Converse's but for a few names.

Which one a body is, its fields say; which one an upstream wants, its model's name says. Other models have Converse.
Sources: Amazon Bedrock user guide, "Anthropic Claude Messages API"; Amazon Nova user guide, "Complete request
schema"; recorded exchanges; read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_anthropic_messages import AnthropicMessages
from crossroads_bedrock_converse import BedrockConverse
from crossroads_openai_chat.request import plain

from crossroads.call import Fields
from crossroads.dialect import Dialect, Draft
from crossroads.errors import Unsupported

ANTHROPIC: Dialect = AnthropicMessages()
NOVA: Dialect = BedrockConverse()
VERSION = "bedrock-2023-05-31"
STREAM = b"application/vnd.amazon.eventstream"
OF_ANTHROPIC = re.compile(r"anthropic|claude", re.I)
OF_NOVA = re.compile(r"\bnova-", re.I)
NAMES = {"max_new_tokens": "maxTokens", "top_p": "topP"}
"""Names of Nova's older examples, which its endpoint takes as it does today's."""


def of_upstream(upstream: str, written: str | None) -> Dialect:
    """written: the dialect of the client's own body, which decides where the model's name (an ARN) tells nothing.

    Raises Unsupported: a model whose body is neither.
    """
    if OF_ANTHROPIC.search(upstream):
        return ANTHROPIC
    if OF_NOVA.search(upstream):
        return NOVA
    for inner in (ANTHROPIC, NOVA):
        if written == inner.name:
            return inner
    raise Unsupported(
        "InvokeModel is spoken with Anthropic's models and Nova here.",
        remedy="Serve this model by Converse (dialect bedrock-converse).",
        field="model",
        value=upstream,
    )


def of_body(fields: Fields) -> Dialect:
    return ANTHROPIC if "anthropic_version" in fields else NOVA


def todays(fields: Fields) -> Fields:
    """Nova's fields with Converse's names beside the older ones, which `placed` lets win where nobody changed them."""
    made = dict(fields)
    if isinstance(sampling := plain(made.get("inferenceConfig")), dict):
        made["inferenceConfig"] = {**sampling, **{new: sampling[old] for old, new in NAMES.items() if old in sampling}}
    return made


def placed(draft: Draft, inner: Dialect, *, url: str, stream: bool) -> Draft:
    """What the inner dialect made, as InvokeModel takes it: the model and the wish for a stream stand in the URL."""
    document: dict[str, Any] = dict(draft.document)
    if inner is ANTHROPIC:
        for name in ("model", "stream"):
            document.pop(name, None)
        document.setdefault("anthropic_version", VERSION)
        betas = [value for name, value in draft.headers if name == b"anthropic-beta"]
        if betas and "anthropic_beta" not in document:
            document["anthropic_beta"] = b",".join(betas).decode().split(",")
    elif isinstance(sampling := plain(document.get("inferenceConfig")), dict):
        doubled = {new for old, new in NAMES.items() if old in sampling}
        document["inferenceConfig"] = {name: value for name, value in sampling.items() if name not in doubled}
    verb = "/invoke-with-response-stream" if stream else "/invoke"
    accept = STREAM if stream else b"application/json"
    return Draft(
        document=document,
        url=url.removesuffix("/invoke") + verb,
        headers=((b"content-type", b"application/json"), (b"accept", accept)),
        lost=draft.lost,
    )
