"""Rows as aligned lines of text. Rich's table does more, and takes a second for a thousand rows.

Widths are those of a terminal: a Chinese character takes two. What does not fit is folded, the widest column first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

from rich.cells import cell_len, chop_cells

GAP = "  "
COLUMN_MIN = 4
"""No column is folded below this, however narrow the terminal is."""


def lines_of(rows: Sequence[Sequence[str]], right: Sequence[bool], width: int | None) -> Iterator[list[str]]:
    """The lines of each row.

    rows: cells, each of one line. right: which columns stand to the right. width: of the terminal; None: unbounded.
    """
    widths = [max(map(_width, column), default=0) for column in zip(*rows, strict=True)]
    if width is not None:
        _fit(widths, width - len(GAP) * (len(widths) - 1))
    for row in rows:
        folded = [_folded(cell, w) if _width(cell) > w else [cell] for cell, w in zip(row, widths, strict=True)]
        lines = zip_longest(*folded, fillvalue="")
        yield [GAP.join(map(_padded, cells, widths, right)).rstrip() for cells in lines]


def _folded(text: str, width: int) -> list[str]:
    """At its blanks; where cells are no characters, anywhere."""
    return wrap(text, width) if text.isascii() else chop_cells(text, width)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _fit(widths: list[int], room: int) -> None:
    """Takes from the widest until all fit, or none can give."""
    while sum(widths) > room and max(widths) > COLUMN_MIN:
        widest = max(widths)
        below = max([w for w in widths if w < widest] + [COLUMN_MIN])
        equal = [at for at, w in enumerate(widths) if w == widest]
        given = min(widest - below, -(-(sum(widths) - room) // len(equal)))
        for at in equal:
            widths[at] -= given
