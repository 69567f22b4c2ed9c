"""How much to think, and `top_k`: each family of models has its own words, in `additionalModelRequestFields`.

Sources: Amazon Bedrock user guide, "Extended thinking" (Claude), "Extended thinking" of Amazon Nova 2, and "OpenAI
models" (reasoning_effort), read 2026-11-25. What a Claude takes says `crossroads_anthropic_messages.models`.
"""

from __future__ import annotations

from typing import Any

from crossroads_anthropic_messages import thinking as claude
from crossroads_anthropic_messages.models import default_limit, generation

from crossroads.call import Lost

Json = dict[str, Any]
NOVA_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
GPT_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}


def fields(now: Json, sampling: Json, upstream: str, lost: list[Lost]) -> Json:
    """`additionalModelRequestFields`. sampling: `inferenceConfig`, from which thinking may take something."""
    if "anthropic" in upstream or "claude" in upstream:
        return _claude(now, sampling, upstream, lost)
    wish = claude.Wish(now)
    more: Json = {}
    effort = wish.effort or ("medium" if wish.on else None)
    if "nova" in upstream:
        if now.get("top_k") is not None:
            more["inferenceConfig"] = {"topK": now["top_k"]}
        if wish.on and effort is not None:
            more["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": NOVA_EFFORTS.get(effort, "medium")}
    else:
        if now.get("top_k") is not None:
            more["top_k"] = now["top_k"]
        if wish.on and "gpt-oss" in upstream and effort is not None:
            more["reasoning_effort"] = GPT_EFFORTS.get(effort, "medium")
        elif wish.on:
            lost.append(Lost("reasoning", "dropped", "this model has no word for it on Bedrock"))
    if wish.on and wish.budget is not None:
        lost.append(Lost("reasoning.max_tokens", "dropped", "this model takes an effort"))
    return more


def _claude(now: Json, sampling: Json, upstream: str, lost: list[Lost]) -> Json:
    """By the rules of Anthropic's own format, which Bedrock passes on."""
    model = generation(upstream)
    names = (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK"))
    limit = sampling.get("maxTokens") or default_limit(model, (now.get("reasoning") or {}).get("max_tokens"))
    document: Json = {"messages": [], "max_tokens": limit}
    document |= {ours: sampling[theirs] for ours, theirs in names if theirs in sampling}
    if now.get("top_k") is not None:
        document["top_k"] = now["top_k"]
    choice = now.get("tool_choice")
    if choice in ("required", "any") or isinstance(choice, dict):
        document["tool_choice"] = {"type": "any"}
    claude.think(document, now, model, lost)
    for ours, theirs in names[:2]:
        if ours not in document:
            sampling.pop(theirs, None)
    more = {name: document[name] for name in ("thinking", "output_config", "top_k") if name in document}
    if "thinking" in more:
        sampling["maxTokens"] = limit
    return more
