"""A conversation as turns of plain text, for a vendor that takes no more, and as the one text that some want.

Law: what is no text is refused; what a vendor is not told of the conversation is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from crossroads.call import Lost
from crossroads.errors import Unsupported

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
WHO = {"user": "User", "assistant": "Assistant", "system": "System"}


class Turn(NamedTuple):
    """role: user, assistant or system (which a developer's message is)."""

    role: str
    text: str


def turns_of(fields: Json, vendor: str, beside: Collection[str] = ()) -> list[Turn]:
    """Of a dumped request; a lone `prompt` is a message of the user. Raises Unsupported.

    beside: types of parts that the vendor takes elsewhere than in the text (images, videos).
    """
    messages = list(fields.get("messages") or [])
    if not messages and fields.get("prompt") is not None:
        messages = [{"role": "user", "content": fields["prompt"]}]
    return [_turn(message, vendor, beside) for message in messages]


def _turn(message: Json, vendor: str, beside: Collection[str]) -> Turn:
    role = "system" if message["role"] == "developer" else message["role"]
    if role not in WHO:
        raise Unsupported(f"{vendor} takes no {role} messages.", remedy=REMEDY, field="messages", value=role)
    content = message.get("content")
    if not isinstance(content, list):
        return Turn(role, content or "")
    for part in content:
        if part["type"] != "text" and part["type"] not in beside:
            what = f"{vendor} takes text alone."
            raise Unsupported(what, remedy=REMEDY, field="messages", value=part["type"])
    return Turn(role, "".join(part["text"] for part in content if part["type"] == "text"))


def system_of(turns: Sequence[Turn]) -> str | None:
    """The system messages as one; None: there is none."""
    return "\n\n".join(turn.text for turn in turns if turn.role == "system") or None


def spoken(turns: Iterable[Turn]) -> list[Turn]:
    """All but the system messages."""
    return [turn for turn in turns if turn.role != "system"]


def without_system(turns: Sequence[Turn], lost: list[Lost]) -> list[Turn]:
    """For a vendor that has no such role: the system messages lead as one of the user, which is reported."""
    if (system := system_of(turns)) is None:
        return list(turns)
    lost.append(Lost("messages[].role", "emulated", "a system message is sent as the user's first"))
    return [Turn("user", system), *spoken(turns)]


def as_prompt(turns: Sequence[Turn], lost: list[Lost]) -> str:
    """One message of the user as it is; more of them turn by turn, which is reported."""
    if len(turns) == 1 and turns[0].role == "user":
        return turns[0].text
    lost.append(Lost("messages", "emulated", "as one prompt, turn by turn"))
    return "\n\n".join([*(f"{WHO[role]}: {text}" for role, text in turns), "Assistant:"])


def last_question(turns: Sequence[Turn], lost: list[Lost], vendor: str) -> str:
    """The last message, which must be the user's; that the others are not sent is reported. Raises Unsupported."""
    if not turns or turns[-1].role != "user":
        raise Unsupported(f"{vendor} answers a message of the user.", remedy="Let it be the last.", field="messages")
    if len(turns) > 1:
        lost.append(Lost("messages", "dropped", "the last message alone is asked"))
    return turns[-1].text
