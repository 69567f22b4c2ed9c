"""`POST /v2/generate/text/async`: a prompt goes on, by workers of the Horde; the reply says no more than the text.

Sources: pkg:pypi/horde-sdk@0.33.3 (ai_horde_api/apimodels/generate/text), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Foreign, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import placed

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.steps import Step
from crossroads_ai_horde.jobs import STATUS, asked, following, made

PARAMS = {
    "max_tokens": "max_length",
    "min_p": "min_p",
    "n": "n",
    "repetition_penalty": "rep_pen",
    "temperature": "temperature",
    "top_a": "top_a",
    "top_k": "top_k",
    "top_p": "top_p",
}
HANDLED = (*PARAMS, "best_of", "echo", "logprobs", "prompt", "stop", "suffix")
DROPPED = ("frequency_penalty", "logit_bias", "presence_penalty", "seed")
WHOLE = "reject"
"""A prompt that does not fit is refused; unasked, a worker would cut its beginning away."""
REMEDY = "Leave it out, or let other providers serve the call."


class AIHordeCompletions(Foreign):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "ai-horde-completions"
    operation = "completions"
    upstream_path = "/generate/text/async"
    takes_steps = True
    own = {"prompt": jsonbody.STRING}

    @staticmethod
    def model() -> Any:
        from crossroads.types.completions import CompletionRequest

        return CompletionRequest

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, DROPPED)
        for name in ("echo", "logprobs", "suffix"):
            if fields.get(name):
                raise Unsupported("the provider has no such parameter.", remedy=REMEDY, field=name)
        if (fields.get("best_of") or 1) > 1:
            raise Unsupported("the provider chooses among no answers.", remedy=REMEDY, field="best_of")
        params: Json = {}
        for name, place in PARAMS.items():
            if name in fields:
                placed(params, place, fields[name])
        if (stop := fields.get("stop")) is not None:
            params["stop_sequence"] = [stop] if isinstance(stop, str) else stop
        document = {"context_fit": WHOLE} | asked(own, params, models=[upstream], prompt=_prompt(fields.get("prompt")))
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        return following(whole(body), url, first=STATUS)

    def decode_response(self, body: bytes) -> Reply:
        rows = made(whole(body))
        choices = [_choice(number, row.get("text")) for number, row in enumerate(rows)]
        return Reply(document={"object": "text_completion", "choices": choices}, finish_reason="stop")

    def chunks(self, reply: Reply) -> list[Document]:
        return [reply.document or {}]

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return jsonbody.encode(reply.document or {})


def _prompt(prompt: Any) -> str:
    if isinstance(prompt, list) and len(prompt) == 1:
        (prompt,) = prompt
    if not isinstance(prompt, str):
        what = "the provider takes one text as a prompt, neither several nor token ids."
        raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
    return prompt


def _choice(number: int, text: Any) -> Json:
    if not isinstance(text, str):
        raise broken("the provider's reply has a generation without a text.")
    return {"index": number, "text": text, "finish_reason": "stop", "logprobs": None}
