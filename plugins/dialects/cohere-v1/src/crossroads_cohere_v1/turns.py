"""Version 1 has no list of messages: a preamble, a history, a last message, results of tools. <-> Canonical messages.

preamble, chat_history (SYSTEM, USER, CHATBOT, TOOL), message       <->  messages, in this order
tool_results with an empty message, or in a TOOL turn of the history  <->  tool messages, after the calls
tool_results beside a message (Cohere's "single step")               ->   the message, the calls, the tool messages

Version 1 names no call: a result repeats name and parameters. Calls get ids here, by their order, and results take that
of the oldest call that says the same and has no result yet.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_cohere_v2.said import reasoning_blocks

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED

Json = dict[str, Any]

FIELDS = ("preamble", "chat_history", "message", "tool_results")
ROLES = {"SYSTEM": "system", "USER": "user", "CHATBOT": "assistant", "TOOL": "tool"}
"""Theirs, in any case, and ours."""
HISTORY = {"system": "SYSTEM", "developer": "SYSTEM", "user": "USER"}

REMEDY = "Leave it out, or let other providers serve the call."
NO_PLACE = "Cohere's version 1 has no place for it"
UNSAID = ("name", "refusal", "function_call", "annotations", "images", "audio")


def canonical_messages(turns: Json) -> list[Any]:
    """What is malformed passes, and is refused by the canonical types."""
    made: list[Any] = []
    calls = _Calls()
    if turns.get("preamble"):
        made.append({"role": "system", "content": turns["preamble"]})
    for turn in turns.get("chat_history") or []:
        made += _canonical(turn, calls)
    message, results = turns.get("message"), turns.get("tool_results")
    if message or not results:
        made.append({"role": "user", "content": message})
    return made + calls.answered(results or [])


def _canonical(turn: Any, calls: _Calls) -> list[Any]:
    if not isinstance(turn, dict):
        return [turn]
    role = ROLES.get(str(turn.get("role")).upper())
    if role == "tool":
        return calls.answered(turn.get("tool_results") or [])
    made: Json = {"role": role or turn.get("role"), "content": turn.get("message")}
    asked = turn.get("tool_calls")
    if role == "assistant" and isinstance(asked, list) and asked:
        made["content"] = made["content"] or None
        made["tool_calls"] = [calls.asked(call) for call in asked]
    return [made]


class _Calls:
    """The calls of a history that wait for their results."""

    def __init__(self) -> None:
        self._number = 0
        self._waiting: list[tuple[str, Json]] = []  # id and call

    def asked(self, call: Any) -> Any:
        if not isinstance(call, dict):
            return call
        id_ = f"call_unnamed_{self._number}"
        self._number += 1
        self._waiting.append((id_, call))
        arguments = msgspec.json.encode(call.get("parameters") or {}).decode()
        return {"id": id_, "type": "function", "function": {"name": call.get("name"), "arguments": arguments}}

    def answered(self, results: Any) -> list[Any]:
        """A tool message for each; before them the calls, where no earlier turn made them."""
        if not isinstance(results, list):
            return [results]
        made, unasked = [], []
        for result in results:
            if not isinstance(result, dict) or not isinstance(result.get("call"), dict):
                made.append(result)
                continue
            call = result["call"]
            if (id_ := self._taken(call)) is None:
                unasked.append(self.asked(call))
                id_ = self._taken(call)
            made.append({"role": "tool", "tool_call_id": id_, "content": output_text(result.get("outputs"))})
        calling = [{"role": "assistant", "content": None, "tool_calls": unasked}] if unasked else []
        return [*calling, *made]

    def _taken(self, call: Json) -> str | None:
        def same(other: Json) -> bool:
            return other.get("name") == call.get("name")

        alike = [one for one in self._waiting if same(one[1]) and one[1].get("parameters") == call.get("parameters")]
        for one in alike or [one for one in self._waiting if same(one[1])]:
            self._waiting.remove(one)
            return one[0]
        return None


def cohere_turns(messages: list[Json], lost: list[Lost]) -> Json:
    """Of canonical messages. Raises Unsupported."""
    made: Json = {}
    messages = list(messages)
    if len(messages) > 1 and messages[0]["role"] in ("system", "developer"):
        made["preamble"] = _text(messages.pop(0), lost)
    end = len(messages)
    while end and messages[end - 1]["role"] == "tool":
        end -= 1
    calls = {call["id"]: call for one in messages for call in one.get("tool_calls") or [] if call.get("id")}
    results = [_result(message, calls, lost) for message in messages[end:]]
    if results:
        made["message"] = ""
    elif messages and messages[-1]["role"] == "user":
        end -= 1
        made["message"] = _text(messages[-1], lost)
    else:
        what = "Cohere's version 1 answers a message of the user or results of tools."
        raise Unsupported(what, remedy="End with one.", field="messages")
    if end:
        made["chat_history"] = _history(messages[:end], calls, lost)
    return made | ({"tool_results": results} if results else {})


def _history(messages: list[Json], calls: Json, lost: list[Lost]) -> list[Json]:
    made: list[Json] = []
    for message in messages:
        role = message["role"]
        if role == "tool":
            result = _result(message, calls, lost)
            if made and made[-1]["role"] == "TOOL":
                made[-1]["tool_results"].append(result)
            else:
                made.append({"role": "TOOL", "tool_results": [result]})
        elif role == "assistant":
            made.append(_chatbot(message, lost))
        elif role in HISTORY:
            made.append({"role": HISTORY[role], "message": _text(message, lost)})
        else:
            raise Unsupported("Cohere takes no function messages.", remedy="Send tool messages.", field="messages")
    return made


def _chatbot(message: Json, lost: list[Lost]) -> Json:
    plan, thoughts = reasoning_blocks(message)
    if plan or thoughts or message.get("reasoning_details"):
        lost.append(Lost("messages[].reasoning", "dropped", NO_PLACE))
    made: Json = {"role": "CHATBOT", "message": _text(message, lost)}
    if message.get("tool_calls"):
        made["tool_calls"] = [cohere_call(call) for call in message["tool_calls"]]
    return made


def cohere_call(call: Json) -> Json:
    """Raises Unsupported: the arguments are no JSON object."""
    function = call.get("function") or {}
    try:
        parameters = msgspec.json.decode(function.get("arguments") or "{}")
    except MALFORMED:
        parameters = None
    if not isinstance(parameters, dict):
        what = "Cohere takes arguments that are a JSON object."
        raise Unsupported(what, remedy="Correct them.", field="messages[].tool_calls", value="(not shown)")
    return {"name": function.get("name") or "", "parameters": parameters}


def _result(message: Json, calls: Json, lost: list[Lost]) -> Json:
    call = calls.get(message.get("tool_call_id"))
    if call is None and not message.get("name"):
        what = "Cohere's version 1 knows a result by its call, and no message made this one."
        raise Unsupported(what, remedy="Send the call too.", field="messages[].tool_call_id")
    made = cohere_call(call) if call else {"name": message["name"], "parameters": {}}
    return {"call": made, "outputs": outputs_of(_text({**message, "name": None}, lost))}


def _text(message: Json, lost: list[Lost]) -> str:
    """Raises Unsupported: it holds more than text."""
    lost += [Lost(f"messages[].{name}", "dropped", NO_PLACE) for name in UNSAID if message.get(name)]
    content = message.get("content")
    if not isinstance(content, list):
        return content or ""
    for part in content:
        if part["type"] != "text":
            what = f"Cohere's version 1 takes no {part['type']}."
            raise Unsupported(what, remedy=REMEDY, field="messages", value=part["type"])
        if part.get("cache_control"):
            lost.append(Lost("messages[].content[].cache_control", "dropped", NO_PLACE))
    return "".join(part["text"] for part in content)


def output_text(outputs: Any) -> str:
    """Outputs are objects. A lone text is itself; a lone object is its JSON; several are a list's."""
    if isinstance(outputs, list) and len(outputs) == 1:
        (outputs,) = outputs
        if isinstance(outputs, dict) and outputs.keys() == {"output"} and isinstance(outputs["output"], str):
            return outputs["output"]
    return msgspec.json.encode(outputs).decode()


def outputs_of(text: str) -> list[Json]:
    """The same, back."""
    try:
        value = msgspec.json.decode(text)
    except MALFORMED:
        value = None
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    return [{"output": text}]
