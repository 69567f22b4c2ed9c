"""What one dialect alone can carry: kept on canonical documents for the way back to it, reported where it is lost.

`native` stands on a request, a message or a reply: {dialect: {"form": ..., "drops": {name: value}, "needs": {name:
value}}}. form: spelling and order, without which nothing is lost. drops: what another dialect goes without, and the
caller is told. needs: what makes no sense without it; such a call goes only where it is understood.

Law (8): nothing of `drops` or `needs` is lost in silence. No dialect sees another's `native`.
"""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported

Bags = dict[str, Any]
SAID = frozenset({"role", "native"})
"""A message that sets nothing else, or sets it to None, only holds a bag: to other dialects it is not there."""


def request_for(dialect: str, request: Any, *also: str) -> tuple[Any, list[Lost]]:
    """The request as this dialect may see it, and what that leaves out. The given one stays as it was.

    also: other dialects whose words it can carry (`Dialect.speaks`).

    Raises Unsupported: it makes no sense without what is left out.
    """
    known, lost = (dialect, *also), list[Lost]()
    changes: dict[str, Any] = {}
    if (bags := getattr(request, "native", None)) is not None:
        changes["native"] = _left_out(known, bags, lost)
    messages = getattr(request, "messages", ())
    if any(getattr(message, "native", None) is not None for message in messages):
        changes["messages"] = [kept for message in messages if (kept := _message_for(known, message, lost))]
    if not changes:
        return request, lost
    changed = request.model_copy(update=changes)
    if changed.native is None:
        changed.model_fields_set.discard("native")
    return changed, _once_each(lost)


def reply_for(dialect: str, document: dict[str, Any] | None) -> list[Lost]:
    """Take out of a canonical reply, in place, what this dialect does not carry. What was dropped is returned."""
    lost: list[Lost] = []
    if document is None:
        return lost

    def keep(holder: dict[str, Any]) -> None:
        left = _left_out((dialect,), holder.pop("native", None) or {}, lost, refuse=False)
        if left is not None:
            holder["native"] = left

    keep(document)
    for choice in document.get("choices") or ():
        keep(choice.get("message") or {})
    return _once_each(lost)


def _message_for(known: tuple[str, ...], message: Any, lost: list[Lost]) -> Any:
    """None: it holds nothing but what was left out."""
    if (bags := getattr(message, "native", None)) is None:
        return message
    left = _left_out(known, bags, lost)
    if left is None and all(getattr(message, name) is None for name in message.model_fields_set - SAID):
        return None
    changed = message.model_copy(update={"native": left})
    if left is None:
        changed.model_fields_set.discard("native")
    return changed


def _left_out(known: tuple[str, ...], bags: Bags, lost: list[Lost], *, refuse: bool = True) -> Bags | None:
    """The bags of these dialects alone, or None; what the others held goes to `lost`."""
    for other, bag in bags.items():
        if other in known or not isinstance(bag, dict):
            continue
        why = f"only {other} can carry it"
        for name in bag.get("needs") or ():
            if not refuse:  # of a reply: it is there, and was paid for
                lost.append(Lost(str(name), "dropped", why))
                continue
            raise Unsupported(
                f"{why}, and the call makes no sense without it.",
                remedy=f"Leave it out, or use a model that is served over {other}.",
                field=str(name),
                value="(not shown)",
            )
        lost.extend(Lost(str(name), "dropped", why) for name in bag.get("drops") or ())
    return {name: bags[name] for name in known if name in bags} or None


def _once_each(lost: list[Lost]) -> list[Lost]:
    return list(dict.fromkeys(lost))
