"""One candidate of a reply or of a stream -> a canonical choice, and back.

Fields of a candidate that no canonical word says (the raw grounding metadata among them, which Google obliges its users
to show) travel in `extra_content.google` of the choice.
"""

from __future__ import annotations

from crossroads_google_gemini import finish
from crossroads_google_gemini.grounding import Sources, grounding_metadata, logprobs, logprobs_result
from crossroads_google_gemini.media import google_extra
from crossroads_google_gemini.shape import Json, a_count, a_text, an_object, objects
from crossroads_google_gemini.turn import TurnReader

SAID = frozenset({"content", "finishReason", "index", "logprobsResult"})


class CandidateReader:
    """Reads one candidate, whole or event by event."""

    def __init__(self, response_id: str | None, index: int) -> None:
        self.index = index
        self.turn = TurnReader(response_id, index)
        self.sources = Sources()
        self.finished = False

    def read(self, candidate: Json) -> tuple[list[Json], Json]:
        """(deltas in order, the other fields of its choice). Raises Misshapen."""
        deltas = [self.turn.read(part) for part in objects(an_object(candidate, "content"), "parts")]
        if annotations := self.sources.read(candidate, self.turn.text):
            deltas.append({"annotations": annotations})
        rest: Json = {"index": self.index, "finish_reason": None, "native_finish_reason": None}
        if (native := finish.native_reason(candidate.get("finishReason"))) is not None:
            self.finished = True
            reason = finish.canonical_reason(native, called=self.turn.calls > 0)
            rest |= {"finish_reason": reason, "native_finish_reason": native}
            message = a_text(candidate, "finishMessage")
            if reason == "error":
                told = message or f"the model stopped: {native}."
                rest["error"] = {"code": 502, "message": told, "metadata": {"error_type": "provider_unavailable"}}
            elif reason == "content_filter" and not self.turn.text:
                deltas.append({"refusal": message or f"Google blocked it: {native}."})
        if (found := logprobs(an_object(candidate, "logprobsResult"))) is not None:
            rest["logprobs"] = found
        known = SAID | {"finishMessage"} if "error" in rest or any("refusal" in delta for delta in deltas) else SAID
        if native is not None and native not in finish.KNOWN:
            known -= {"finishReason"}  # a word newer than this table goes on as it is
        if extra := {n: v for n, v in candidate.items() if n not in known and v not in (None, {}, [])}:
            rest["extra_content"] = {"google": extra}
        return deltas, rest


def index_of(candidate: Json) -> int:
    return a_count(candidate, "index") or 0


def blocked_prompt(document: Json) -> Json | None:
    """A prompt that was refused has no candidates: the candidate that it would have been. Raises Misshapen."""
    feedback = an_object(document, "promptFeedback")
    reason = feedback.get("blockReason")
    if not reason or objects(document, "candidates"):
        return None
    native = reason if isinstance(reason, str) else "SAFETY"
    message = a_text(feedback, "blockReasonMessage")
    return {"finishReason": native, **({"finishMessage": message} if message else {})}


def to_google(choice: Json, parts: list[Json], text: str) -> Json:
    """A candidate. parts: of its content; text: all that it has said so far, for the places of annotations."""
    said: Json = choice.get("message") or choice.get("delta") or {}
    found: Json = {"content": {"parts": parts, "role": "model"}, "index": choice.get("index") or 0}
    extra = google_extra(choice)
    if reason := choice.get("finish_reason"):
        native = choice.get("native_finish_reason")
        found["finishReason"] = finish.google_reason(reason, native)
        told = said.get("refusal") or (choice.get("error") or {}).get("message")
        if told and "finishMessage" not in extra:
            found["finishMessage"] = told
    if scored := logprobs_result(choice.get("logprobs")):
        found["logprobsResult"] = scored
    own = "groundingMetadata" in extra or "citationMetadata" in extra
    if not own and (sources := grounding_metadata(said.get("annotations") or [], text)):
        found["groundingMetadata"] = sources
    return {**found, **extra}
