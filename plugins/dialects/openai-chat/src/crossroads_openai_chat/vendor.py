"""Fields of one vendor's chat that the canonical form has no word for: into the `native` bag, and out of it again.

See `crossroads.native`: what another dialect goes without is reported, and what makes no sense without is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

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
