"""Reading of the record, reading of the codec's documents -> what was lost between them, in words.

Law: nothing here forgives; where a vendor leaves two readings open, the reader says so (`Reading.counts`, `finish`).
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from typing import Any

from crossroads.types.usage import Usage
from crossroads_dialect.reading import Asked, Choice, Reading

SHOWN_CHARS_MAX = 60


def losses(said: Reading, got: Reading, usage: Usage | None) -> list[str]:
    """said: the record. got, usage: the codec. Empty when nothing was lost."""
    found: list[str] = []
    for index, choice in said.choices.items():
        where = "" if len(said.choices) == 1 else f"choice {index}: "
        if index not in got.choices:
            if choice != Choice():
                found.append(f"{where}the whole choice is lost")
            continue
        found += [where + what for what in _of_choice(choice, got.choices[index])]
    found += _of_items(said.items, got.items)
    return found + _of_counts(said.counts, usage)


def _of_choice(said: Choice, got: Choice) -> list[str]:
    found = []
    if said.text != got.text and said.plan + said.text != got.text:
        found.append(f"text: {_difference(said.text, got.text)}")
    thought = ("".join(got.thoughts), "".join(got.details))
    wanted = [*(said.thoughts or said.details)]
    if not any(_in_order(wanted, text) for text in thought):
        found.append(f"reasoning: {_difference(''.join(wanted), max(thought, key=len))}")
    if said.plan and not any(said.plan in text for text in (*thought, got.text)):
        found.append(f"tool plan: {shown(said.plan)} is lost")
    sealed = "\n".join(got.seals) + "\n" + "".join(got.seals)
    found += [f"reasoning: the signature {shown(seal)} is lost" for seal in said.seals if seal not in sealed]
    if said.refusal and said.refusal not in (got.refusal, got.text):
        found.append(f"refusal: {_difference(said.refusal, got.refusal)}")
    noted, media = "\n".join(got.notes), "\n".join(got.media)
    found += [f"annotations: {shown(note)} is lost" for note in dict.fromkeys(said.notes) if note not in noted]
    found += [f"media: {shown(one)} is lost" for one in said.media if one not in media]
    return found + _of_calls(said.calls, got.calls) + _of_end(said, got)


def _of_calls(said: list[Asked], got: list[Asked]) -> list[str]:
    if len(said) != len(got):
        return [f"tool calls: {len(said)} became {len(got)}"]
    found = []
    for before, after in zip(said, got, strict=True):
        if before.name != after.name:
            found.append(f"tool calls: {shown(before.name)} became {shown(after.name)}")
        if before.id and before.id != after.id:
            found.append(f"tool calls: the id {shown(before.id)} became {shown(after.id)}")
        if not same(_arguments(before.arguments), _arguments(after.arguments)):
            found.append(f"tool calls: the arguments {shown(before.arguments)} became {shown(after.arguments)}")
    return found


def _of_end(said: Choice, got: Choice) -> list[str]:
    found = []
    if said.finish and not got.finish:
        found.append(f"finish reason: {said.native or '/'.join(sorted(said.finish))} is lost")
    elif said.finish and not got.finish <= said.finish:
        wanted, word = "/".join(sorted(said.finish)), "/".join(got.finish)
        found.append(f"finish reason: {said.native} became {word}, not {wanted}")
    elif said.native and got.native != said.native:
        found.append(f"finish reason: the host's own word {said.native} became {got.native}")
    return found


def _of_counts(said: dict[str, tuple[int, ...]], usage: Usage | None) -> list[str]:
    if not said:
        return []
    if usage is None:
        return ["usage: it is lost"]
    got = {
        "prompt": usage.prompt_tokens,
        "completion": usage.completion_tokens,
        "total": usage.prompt_tokens + usage.completion_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    }
    return [
        f"usage: {name} is {' or '.join(map(str, counts))}, and became {got[name]}"
        for name, counts in said.items()
        if got[name] not in counts
    ]


def _of_items(said: list[Any], got: list[Any]) -> list[str]:
    if len(said) != len(got):
        return [f"rows: {len(said)} became {len(got)}"]
    return [
        f"row {at}: {shown(before)} became {shown(after)}"
        for at, (before, after) in enumerate(zip(said, got, strict=True))
        if not same(before, after) and not same(_vector(before), _vector(after))
    ]


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: numbers by value (1 is 1.0, true is no 1), keys in any order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def shown(value: Any) -> str:
    """A value in a reason: one line, cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return repr(text if len(text) <= SHOWN_CHARS_MAX else text[: SHOWN_CHARS_MAX - 1] + "…")


def _difference(before: str, after: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    return f"{shown(before[at:])} became {shown(after[at:])} at character {at} of {len(before)}"


def _in_order(pieces: list[str], text: str) -> bool:
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _arguments(text: str) -> Any:
    """Arguments are JSON mostly; where not, they are compared as they were written. None and {} are one."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def _vector(value: Any) -> Any:
    """Base64 of floats as floats."""
    if not isinstance(value, str) or len(value) % 4:
        return value
    try:
        raw = base64.b64decode(value, validate=True)
    except binascii.Error:
        return value
    return list(struct.unpack(f"<{len(raw) // 4}f", raw)) if raw and len(raw) % 4 == 0 else value
