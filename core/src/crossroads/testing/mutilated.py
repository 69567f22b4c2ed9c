"""Recorded bodies with a few bytes overwritten, removed or added: what a dialect must refuse in its own words."""

from __future__ import annotations

from collections.abc import Sequence

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
