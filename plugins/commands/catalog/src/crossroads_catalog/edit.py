"""Change the `[[endpoints]]` of a provider.toml as text: comments, order and all other lines stay.

Law: the file reads back as exactly the document that was meant, or nothing is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any, NamedTuple

from crossroads.errors import ConfigError
from crossroads.schema import load_schema, plain
from crossroads.toml import toml_value
from crossroads_catalog.changes import PER_MTOK, Change, prices_of, tiers_of

ORDER = tuple(load_schema("provider")["$defs"]["endpoint"]["properties"])
"""Of the words of a row."""
HEADER = "[[endpoints]]"
KEY = re.compile(r"([A-Za-z_]+) *= *")
REST = "other words: "
"""In a source's note: where the words of the row that did not change were read."""


class Block(NamedTuple):
    """Lines of one row: from its header to after its last word, tables of its own included."""

    start: int
    end: int


def edited(text: str, changes: Iterable[Change], *, read: str, file: str) -> str:
    """The text with these changes of one provider, whose facts were read on this day. Raises ConfigError."""
    changes = list(changes)
    lines = text.splitlines(keepends=True)
    document = plain(tomllib.loads(text))
    rows, blocks = list(document.get("endpoints", [])), _blocks(lines)
    if len(rows) != len(blocks):
        raise _unreadable(file)
    meant: list[dict[str, Any]] = []
    for row, block in reversed(list(zip(rows, blocks, strict=True))):
        own = [one for one in changes if one.upstream == row["upstream"] and one.change != "added"]
        if any(one.change == "gone" for one in own):
            del lines[block.start : block.end + (lines[block.end : block.end + 1] == ["\n"])]
        elif own and "tag" not in row and "site" not in row:
            words = _words(row, own, read)
            lines[block.start : block.end] = _rewritten(lines[block.start : block.end], words)
            meant.append({**row, **words})
        else:
            meant.append(row)
    meant.reverse()
    for one in changes:
        if one.change == "added":
            meant.append(_new_row(one, read))
            lines += [
                "\n",
                f"{HEADER}\n",
                *(f"{word} = {toml_value(value, word)}\n" for word, value in meant[-1].items()),
            ]
    result = "".join(lines)
    document.pop("endpoints", None)
    if plain(tomllib.loads(result)) != {**document, **({"endpoints": meant} if meant else {})}:
        raise _unreadable(file)
    return result


def _unreadable(file: str) -> ConfigError:
    return ConfigError(
        "has endpoints in a form that can't be changed line by line.",
        file=file,
        field="endpoints",
        remedy="Write each as [[endpoints]] with one word a line.",
    )


def _blocks(lines: list[str]) -> list[Block]:
    starts = [number for number, line in enumerate(lines) if line.strip() == HEADER]
    found = []
    for start in starts:
        end = start + 1
        while end < len(lines) and (not lines[end].startswith("[") or lines[end].startswith("[endpoints.")):
            end += 1
        while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1  # what stands before the next table belongs to that
        found.append(Block(start, end))
    return found


def _words(row: dict[str, Any], changes: list[Change], read: str) -> dict[str, Any]:
    """The words of the row that change, with their source."""
    words: dict[str, Any] = {}
    for one in changes:
        field = str(one.field)
        if one.offer is not None:
            words[field] = tiers_of(one.offer.tiers)
            continue
        if not field.startswith("price."):
            words[field] = one.new
            continue
        price = field.removeprefix("price.")
        key = "price_usd_per_mtok" if price in PER_MTOK else "price_usd"
        words[key] = {**words.get(key, row.get(key, {})), price: one.new}
    source = {"url": changes[0].source, "read": read}
    before = row.get("source")
    if before is not None and before["url"] != source["url"]:
        note = before.get("note", "")
        rest = note[note.index(REST) + len(REST) :] if REST in note else f"{before['url']} ({before['read']})"
        source["note"] = f"{', '.join(sorted(str(one.field) for one in changes))}; {REST}{rest}"
    elif before is not None and "note" in before:
        source["note"] = before["note"]
    return {**words, "source": source}


def _rewritten(lines: list[str], words: dict[str, Any]) -> list[str]:
    """A block with these words, each in its place."""
    own = next((n for n, line in enumerate(lines) if n and line.startswith("[")), len(lines))
    body, rest = lines[1:own], lines[own:]
    entries: list[tuple[str, list[str]]] = []
    for line in body:
        found = KEY.match(line)
        if found:
            entries.append((found[1], [line]))
        elif entries:
            entries[-1][1].append(line)
        else:
            entries.append(("", [line]))
    for word, value in words.items():
        text = [f"{word} = {toml_value(value, word)}\n"]
        at = next((n for n, (key, _) in enumerate(entries) if key == word), None)
        if at is not None:
            trailing = [line for line in entries[at][1][1:] if not line.strip() or line.lstrip().startswith("#")]
            entries[at] = (word, text + trailing)
        else:
            before = [n for n, (key, _) in enumerate(entries) if key in ORDER and ORDER.index(key) < ORDER.index(word)]
            entries.insert(max(before, default=-1) + 1, (word, text))
    return [lines[0], *(line for _, texts in entries for line in texts), *rest]


def _new_row(change: Change, read: str) -> dict[str, Any]:
    offer = change.offer
    assert offer is not None
    words = {
        "model": change.model,
        "upstream": change.upstream,
        "name": offer.name,
        "operations": [offer.operation] if offer.operation else None,
        "context_tokens": offer.context_tokens,
        "max_output_tokens": offer.max_output_tokens,
        **prices_of(offer.prices),
        "price_tiers": tiers_of(offer.tiers) or None,
        "source": {"url": change.source, "read": read},
    }
    return {word: value for word, value in words.items() if value is not None}
