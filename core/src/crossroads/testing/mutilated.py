"""Recorded bodies, spoilt: what a dialect must refuse in its own words, or pass over.

`mutilated`: a few bytes overwritten, removed or added. `misshapen`: still JSON, but a value or two of another kind.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

JUNK = st.binary(max_size=4) | st.sampled_from([b"null", b"[]", b"{}", b"-1", b"1e999", b"\n\n", b'"', b"\\"])
CHANGES_MAX = 4
REPLACED_MAX = 6


@st.composite
def mutilated(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of `bodies`, with 1 to CHANGES_MAX changes of up to REPLACED_MAX bytes each."""
    body = bytearray(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, CHANGES_MAX))):
        at = draw(st.integers(0, len(body)))
        junk = draw(JUNK)
        body[at : at + draw(st.integers(0, REPLACED_MAX))] = junk
    return bytes(body)


ODD: tuple[Any, ...] = (None, True, -1, 1.5, "", "x", [], {}, [None], [1], ["x"], {"a": None}, {"type": None})
MISSHAPEN_MAX = 2
"""Values of one body."""
LINE = re.compile(rb"(data: ?|)(\{.*\})\r?")


@st.composite
def misshapen(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of `bodies`, which are JSON, with 1 to MISSHAPEN_MAX of its values, at any depth, made something else."""
    return _odd(draw, json.loads(draw(st.sampled_from(bodies))))


@st.composite
def misshapen_stream(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of `bodies`, which are server-sent events or lines of JSON, with one of its documents misshapen."""
    lines = draw(st.sampled_from(bodies)).split(b"\n")
    found = [(at, LINE.fullmatch(line)) for at, line in enumerate(lines)]
    documents = [
        (at, match[1], json.loads(match[2])) for at, match in found if match is not None and _is_json(match[2])
    ]
    if documents:
        at, begin, document = draw(st.sampled_from(documents))
        lines[at] = begin + _odd(draw, copy.deepcopy(document))
    return b"\n".join(lines)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _odd(draw: st.DrawFn, document: Any) -> bytes:
    for _ in range(draw(st.integers(1, MISSHAPEN_MAX))):
        places = list(_places(document))
        if places:
            holder, step = places[draw(st.integers(0, len(places) - 1))]
            holder[step] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return json.dumps(document).encode()


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Where every value stands that is not the document itself."""
    left = [document]
    while left:
        value = left.pop()
        steps = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for step in steps:
            yield value, step
            left.append(value[step])
