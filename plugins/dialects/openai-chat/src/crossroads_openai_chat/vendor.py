"""Fields of one vendor's chat that the canonical form has no word for: into the `native` bag, and out of it again.

See `crossroads.native`: what another dialect goes without is reported, and what makes no sense without is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crossroads.errors import Unsupported

Json = dict[str, Any]
KINDS = ("form", "drops", "needs")


def keep(dialect: str, holder: Json, *, drops: Collection[str], needs: Collection[str] = ()) -> None:
    """Move these fields of a request or message into its bag. Those that say nothing (null, false, empty) are form."""
    bag: Json = {}
    for name in [name for name in holder if name in drops or name in needs]:
        value = holder.pop(name)
        kind = "form" if value in (None, False, "", [], {}) else "needs" if name in needs else "drops"
        bag.setdefault(kind, {})[name] = value
    if bag:
        holder["native"] = {dialect: bag}


def restored(dialect: str, holder: Json) -> Json:
    """A copy of a dumped request or message with what its bag holds for this dialect, and without bags."""
    made = {name: value for name, value in holder.items() if name != "native"}
    bag = (holder.get("native") or {}).get(dialect)
    bag = bag if isinstance(bag, dict) else {}
    for kind in KINDS:
        fields = bag.get(kind)
        made |= {k: v for k, v in fields.items() if k not in made} if isinstance(fields, dict) else {}
    return made


def chosen(tools: list[Json], choice: Json) -> list[Json]:
    """Of canonical tools, those that an object as `tool_choice` leaves: the one that it names, or those it allows.

    Raises Unsupported: none of them is a function that is offered.
    """
    allowed = choice.get("allowed_tools")
    wanted = (allowed.get("tools") if isinstance(allowed, dict) else None) or [choice]
    names = {(one.get("function") or {}).get("name") for one in wanted if isinstance(one, dict)}
    left = [tool for tool in tools if (tool.get("function") or {}).get("name") in names - {None}]
    if not left:
        raise Unsupported("no such function is offered.", remedy="Offer it in `tools`.", field="tool_choice")
    return left
