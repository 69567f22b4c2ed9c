"""What stays of a chat that has to lose so many tokens: its ends.

Kept whole as long as anything else can go: system and developer messages, the first and the last of the others. A call
of tools and its results go together, and so do a question and its plain answer: what is left is still a conversation.
What stands nearest to the middle goes first; the last one that has to go is only shortened, where its text is enough.
When only the kept ones are left, the longest text of theirs is shortened, the instructions' last of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from crossroads_middle_out.tokens import of_message, of_text

GAP = " [...] "
"""In the middle of a text that was shortened."""
SHORTEST = 32
"""Tokens of a text that is not worth shortening."""
INSTRUCTIONS = ("system", "developer")


class Kept(NamedTuple):
    messages: list[Any]
    dropped: int
    shortened: int


def cut(messages: Sequence[Any], excess: int) -> Kept | None:
    """Without about `excess` tokens, or as many as can go. None: nothing has to, or nothing can. Changes no message."""
    if excess <= 0:
        return None
    kept: dict[int, Any] = dict(enumerate(messages))
    shortened = 0
    middle = units(messages)[1:-1]
    while excess > 0 and middle:
        unit = middle.pop(len(middle) // 2)
        size = sum(of_message(messages[i]) for i in unit)
        if size - excess >= SHORTEST and (shorter := _shortest(messages, unit, excess)) is not None:
            at, kept[at] = shorter
            return Kept(list(kept.values()), len(messages) - len(kept), 1)
        for i in unit:
            del kept[i]
        excess -= size
    for of_instructions in (False, True):
        for at in sorted(kept, key=lambda i: (-of_message(messages[i]), i)):
            if excess <= 0 or (messages[at].role in INSTRUCTIONS) is not of_instructions:
                continue
            before = of_message(kept[at])
            if (short := shorten(kept[at], excess)) is not None:
                kept[at], shortened = short, shortened + 1
                excess -= before - of_message(short)
    found = Kept(list(kept.values()), len(messages) - len(kept), shortened)
    return found if found.dropped or found.shortened else None


def units(messages: Sequence[Any]) -> list[list[int]]:
    """Places of messages that go together; instructions are in none."""
    found: list[list[int]] = []
    for i, message in enumerate(messages):
        role = message.role
        if role in INSTRUCTIONS:
            continue
        last = messages[found[-1][-1]] if found else None
        answers = last is not None and role == "assistant" and last.role == "user" and not _calls(message)
        if found and (role in ("tool", "function") or answers):
            found[-1].append(i)
        else:
            found.append([i])
    return found


def shorten(message: Any, excess: int) -> Any | None:
    """A copy with so many tokens fewer, out of the middle of its longest text; None: it has none that is worth it."""
    content = getattr(message, "content", None)
    if isinstance(content, str):
        text = _without_middle(content, excess)
        return None if text is None else message.model_copy(update={"content": text})
    texts = [i for i, part in enumerate(content or ()) if isinstance(getattr(part, "text", None), str)]
    if not texts or content is None:
        return None
    longest = max(texts, key=lambda i: len(content[i].text))
    text = _without_middle(content[longest].text, excess)
    if text is None:
        return None
    parts = list(content)
    parts[longest] = parts[longest].model_copy(update={"text": text})
    return message.model_copy(update={"content": parts})


def _shortest(messages: Sequence[Any], unit: list[int], excess: int) -> tuple[int, Any] | None:
    """The message of a unit whose shortening is enough, and what it then is."""
    at = max(unit, key=lambda i: of_message(messages[i]))
    short = shorten(messages[at], excess)
    enough = short is not None and of_message(messages[at]) - of_message(short) >= excess
    return (at, short) if enough else None


def _without_middle(text: str, excess: int) -> str | None:
    size = of_text(text)
    keep = max(size - excess - of_text(GAP), SHORTEST)
    if size <= SHORTEST * 2 or keep >= size:
        return None
    half = max(1, len(text) * keep // size // 2)
    short = text[:half] + GAP + text[-half:]
    return short if of_text(short) < size else None


def _calls(message: Any) -> bool:
    return bool(getattr(message, "tool_calls", None) or getattr(message, "function_call", None))
