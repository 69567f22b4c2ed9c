"""Streams that are carried on after they broke in the middle, for callers who ask for it (`resume`).

    the cut attempt's text -> the next attempt's request, as the beginning of its answer -> the same stream goes on

Laws: only plain text of one answer is carried on: a half-sent tool call, a thought, a format that binds every token or
several answers end with the error that broke them. The stream says where it was mended: `resumed` in the first chunk
after it where the format is open to that, a comment in every event stream. Usage and cost are those of all attempts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossroads.call import Call
from crossroads.config import RoutingConfig
from crossroads.dialect import Dialect, Relay, Stamp
from crossroads.engine.attempts.answer import Answer, Chapter
from crossroads.engine.attempts.running import Running
from crossroads.engine.attempts.verdicts import verdict
from crossroads.engine.routing.preferences import read_preferences
from crossroads.errors import CrossroadsError
from crossroads.route import Candidate

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

STATED = "assistant_prefill"
"""Among the `supported_parameters` of an endpoint: it goes on with an answer that the request begins."""
BINDING = ("response_format", "structured_outputs", "n", "logprobs", "audio", "modalities")
"""Parameters under which an answer is more than its text: in these words the call keeps its cheaper way from the start;
in another dialect's, `_bound` sees them when the stream has broken."""
LIMITS = ("max_tokens", "max_completion_tokens")


def may_resume(call: Call, routing: RoutingConfig) -> bool:
    """Is it asked for, by the operator or in `provider.resume`, and is an answer of this kind no more than its text?"""
    raw = call.opened.preferences
    asked = read_preferences(raw).resume if raw is not None and b'"resume"' in bytes(raw) else None
    if not (routing.resume if asked is None else asked):
        return False
    return call.operation == "chat" and not any(name in call.opened.fields for name in BINDING)


class Story:
    """One answer, told by one attempt after another."""

    def __init__(self, call: Call, x: Exchange) -> None:
        self._call, self._x, self._typed = call, x, call.typed
        self._answer: Answer | None = None
        """What was told until it broke; None: nothing has broken, and each attempt begins its own."""

    def relay(self, running: Running, dialect: Dialect, stamp: Stamp) -> Relay:
        """The next attempt's stream."""
        answer = self._answer
        if answer is None:
            answer = Answer(self._call.dialect, stamp, running)
        else:
            answer.running = running
        return Chapter(dialect, answer)

    def goes_on(self, running: Running, error: CrossroadsError) -> bool:
        """An attempt broke: may another carry on? Then the request is prepared for it."""
        attempt, relay = running.attempt, running.relay
        if not isinstance(relay, Chapter) or attempt.usage is None or attempt.cost is None:
            return False
        answer = relay.answer
        if answer.ends or not answer.text.strip() or verdict(error, repeat_billed=True) not in ("here", "elsewhere"):
            return False
        answer.broke(attempt, error)
        self._answer = answer
        try:
            request = self._continued(answer)
        except CrossroadsError:
            return False
        self._call.typed = request or self._typed
        return request is not None

    def can_tell(self, candidate: Candidate) -> bool:
        """Does this endpoint go on with what a request begins?"""
        endpoint = candidate.endpoint
        if STATED in (endpoint.supported_parameters or ()):
            return True
        served = endpoint.serves[self._call.operation]
        return self._x.dialect(served.spoken_to(self._call.dialect.name)).prefill

    def failed(self) -> None:
        """The call ends with an error."""
        if self._answer is not None and self._x.config.routing.insurance:
            self._answer.failed()

    def close(self) -> None:
        """The call is over: its request is the caller's again."""
        self._call.typed = self._typed

    def _continued(self, answer: Answer) -> Any:
        """The request with the answer's beginning; None: it binds more than text. Raises BadRequest."""
        from crossroads.types.chat import AssistantMessage

        self._call.typed = self._typed
        request = self._call.request()
        if _bound(request):
            return None
        begun = AssistantMessage(role="assistant", content=answer.text.rstrip())
        changes: dict[str, Any] = {"messages": [*request.messages, begun]}
        for name in LIMITS:
            if (limit := getattr(request, name, None)) is not None:
                changes[name] = max(1, limit - answer.spent_tokens)
        return request.model_copy(update=changes)


def _bound(request: Any) -> bool:
    """BINDING, in whatever words of a dialect it was said."""
    if (request.n or 1) > 1 or request.logprobs or request.audio or set(request.modalities or ("text",)) != {"text"}:
        return True
    return request.response_format is not None and request.response_format.type != "text"
