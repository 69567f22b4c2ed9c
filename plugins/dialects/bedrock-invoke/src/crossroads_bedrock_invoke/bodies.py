"""The bodies of InvokeModel: which one a client wrote, which one an upstream's model wants, which one a reply is in.

Makers that have messages: Anthropic's, Nova's (Converse's but for a few names), OpenAI's, Cohere's Command R. The
others take a prompt.
Sources: Amazon Bedrock user guide, "Inference request parameters and response fields for foundation models"; Amazon
Nova user guide, "Complete request schema"; recorded exchanges; read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from crossroads_anthropic_messages import AnthropicMessages
from crossroads_bedrock_converse import BedrockConverse
from crossroads_cohere_v1 import CohereV1
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat.request import plain

from crossroads.call import Fields
from crossroads.dialect import Dialect, Draft
from crossroads.errors import Unsupported
from crossroads_bedrock_invoke.families import ai21, claude, cohere, completions, llama, mistral, titan
from crossroads_bedrock_invoke.prompted import Prompted

ANTHROPIC: Dialect = AnthropicMessages()
NOVA: Dialect = BedrockConverse()
OPENAI: Dialect = OpenAIChat()
COHERE: Dialect = CohereV1()
TITAN, LLAMA, MISTRAL = Prompted(titan.Titan()), Prompted(llama.Llama()), Prompted(mistral.Mistral())
CLAUDE, JURASSIC = Prompted(claude.Claude()), Prompted(ai21.Jurassic())
COMMAND, COMPLETIONS = Prompted(cohere.Command()), Prompted(completions.Completions())
PROMPTED = (TITAN, CLAUDE, LLAMA, JURASSIC, COMMAND, MISTRAL, COMPLETIONS)
"""In the order in which a body without a known model is tried: the last takes every prompt."""
BY_NAME: dict[str, Dialect] = {inner.name: inner for inner in (ANTHROPIC, NOVA, OPENAI, COHERE, *PROMPTED)}


class Row(NamedTuple):
    """models: part of an upstream's or a canonical name. bodies: that it takes; the first is what we write."""

    models: re.Pattern[str]
    bodies: tuple[Dialect, ...]


def _row(models: str, *bodies: Dialect) -> Row:
    return Row(re.compile(models, re.I), bodies)


MODELS = (
    _row(r"claude-(v2|2|instant)", ANTHROPIC, CLAUDE),
    _row(r"claude-(v1|1)\b", CLAUDE),
    _row(r"anthropic|claude", ANTHROPIC),
    _row(r"\bnova-", NOVA),
    _row(r"titan-(text|tg1)", TITAN),
    _row(r"\bllama", LLAMA, COMPLETIONS),
    _row(r"mi[sx]tral-8x7b|mistral-7b|mistral-(large|small)-2402", MISTRAL, OPENAI),
    _row(r"command-r", COHERE),
    _row(r"cohere\.command|command-(light|text)", COMMAND),
    _row(r"ai21\.j2|\bj2-|jurassic", JURASSIC),
    _row(r"deepseek\.r1|deepseek-r1", COMPLETIONS, OPENAI),
    _row(r"mistral|pixtral|magistral|voxtral|jamba|\bopenai\b|gpt-oss|qwen|palmyra|deepseek", OPENAI, COMPLETIONS),
    _row(r"ministral|moonshot|kimi|minimax|gemma|nemotron|\bglm", OPENAI, COMPLETIONS),
)  # fmt: skip
"""The first row whose pattern is found holds. Endpoints, imported models and profiles have names that tell nothing."""

VERSION = "bedrock-2023-05-31"
STREAM = b"application/vnd.amazon.eventstream"
NAMES = {"max_new_tokens": "maxTokens", "top_p": "topP"}
"""Names of Nova's older examples, which its endpoint takes as it does today's."""
IN_THE_URL = ("model", "stream", "stream_options")


def of_model(model: str) -> tuple[Dialect, ...]:
    """The bodies that a model of this name takes; any, where it tells nothing."""
    return _bodies(model) or tuple(BY_NAME.values())


def _bodies(model: str) -> tuple[Dialect, ...]:
    return next((row.bodies for row in MODELS if row.models.search(model)), ())


def of_upstream(upstream: str, written: str | None) -> Dialect:
    """written: the name of the body that a client wrote, if one did: it holds where the model takes it, or its name
    (an ARN) tells nothing. Raises Unsupported: a model whose body is not known here.
    """
    wanted = BY_NAME.get(written or "")
    bodies = _bodies(upstream)
    if wanted is not None and (wanted in bodies or not bodies):
        return wanted
    if bodies:
        return bodies[0]
    raise Unsupported(
        "nothing tells which body this model takes by InvokeModel.",
        remedy="Serve this model by Converse (dialect bedrock-converse).",
        field="model",
        value=upstream,
    )


def of_client(model: str, written: str) -> Dialect:
    """In which body a reply leaves: the one that was written, else the one of the model that serves, by messages."""
    if written in BY_NAME:
        return BY_NAME[written]
    return NOVA if NOVA in _bodies(model) else ANTHROPIC


def of_body(fields: Fields, model: str) -> Dialect:
    """model: that the client named. Fields that tell nothing are the model's, or else Nova's."""
    if "anthropic_version" in fields:
        return ANTHROPIC
    if "messages" in fields:
        if OPENAI in _bodies(model):
            return OPENAI
        return OPENAI if not _bodies(model) and _is_openai(plain(fields["messages"])) else NOVA
    if "message" in fields:
        return COHERE
    prompts = [inner for inner in PROMPTED if inner.family.prompt in fields]
    for inner in prompts:
        if inner in _bodies(model) or (not _bodies(model) and inner.family.telling & fields.keys()):
            return inner
    return prompts[-1] if prompts else NOVA


def _is_openai(messages: Any) -> bool:
    """A content that is a text, or parts that name their type; Nova's name none."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    return isinstance(content, str) or (
        isinstance(content, list) and any(isinstance(part, dict) and "type" in part for part in content)
    )


def of_reply(document: Any) -> Dialect:
    """A whole reply, or an event of a stream. Anthropic's is the one that says what is wrong with a stranger."""
    if not isinstance(document, dict):
        return ANTHROPIC
    if isinstance(kind := document.get("type"), str) and kind != "completion":
        return ANTHROPIC
    if "output" in document or "messageStart" in document:
        return NOVA
    if "event_type" in document or ("text" in document and "is_finished" not in document):
        return COHERE
    if isinstance(choices := document.get("choices"), list):
        texts = any(isinstance(one, dict) and "text" in one for one in choices)
        return COMPLETIONS if texts else OPENAI
    return next((inner for inner in PROMPTED if inner.family.pieces(document)), ANTHROPIC)


def todays(fields: Fields) -> Fields:
    """Nova's fields with Converse's names beside the older ones, which `placed` lets win where nobody changed them."""
    made = dict(fields)
    if isinstance(sampling := plain(made.get("inferenceConfig")), dict):
        made["inferenceConfig"] = {**sampling, **{new: sampling[old] for old, new in NAMES.items() if old in sampling}}
    return made


def placed(draft: Draft, inner: Dialect, *, url: str, stream: bool) -> Draft:
    """What the inner dialect made, as InvokeModel takes it: the model and the wish for a stream stand in the URL."""
    document: dict[str, Any] = dict(draft.document)
    if inner in (ANTHROPIC, OPENAI, COHERE):
        for name in IN_THE_URL:
            document.pop(name, None)
    if inner is ANTHROPIC:
        document.setdefault("anthropic_version", VERSION)
        betas = [value for name, value in draft.headers if name == b"anthropic-beta"]
        if betas and "anthropic_beta" not in document:
            document["anthropic_beta"] = b",".join(betas).decode().split(",")
    elif inner is NOVA and isinstance(sampling := plain(document.get("inferenceConfig")), dict):
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
