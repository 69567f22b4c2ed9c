"""What watsonx.ai's operations share: the model's name in `model_id`, a project, streams at a URL of their own, errors.

Source: IBM watsonx.ai API reference and ibm-watsonx-ai 1.8.1 (the vendor's Python SDK), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import FALSE, ROUTER_ONLY, TRUE

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.jsonbody import Kind

Json = dict[str, Any]

STREAM = "_stream"
"""At the end of a path, before the query."""
NO_SUCH = "watsonx.ai has no such parameter"
REMEDY = "Leave it out, or let other providers serve the call."
BESIDE = ROUTER_ONLY | {"model", "models", "stream"}
PLACES = frozenset({"project_id", "space_id"})
"""Whose account it is: for watsonx.ai alone, and no loss elsewhere."""


def as_ours(fields: Fields, path: str) -> Fields:
    """A client's fields, with the model under our name, and whether it wants a stream, which stands in the path."""
    made = {"model" if name == "model_id" else name: value for name, value in fields.items()}
    made["stream"] = TRUE if path.endswith(STREAM) else FALSE
    return made


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool = False) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones."""
    document: Fields = {"model_id": upstream, **{k: v for k, v in fields.items() if k not in BESIDE}}
    path, mark, query = url.partition("?")
    if stream and not path.endswith(STREAM):
        url = f"{path}{STREAM}{mark}{query}"
    accept = b"text/event-stream" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def keep_own(name: str, document: Json, *, drops: Collection[str], needs: Collection[str] = ()) -> None:
    """Move what is watsonx.ai's alone into its bag (`crossroads.native`)."""
    places = {place: document.pop(place) for place in PLACES if place in document}
    vendor.keep(name, document, drops=drops, needs=needs)
    if places:
        bag = document.setdefault("native", {}).setdefault(name, {})
        bag["form"] = {**bag.get("form", {}), **places}


def kinds_of(kinds: Mapping[str, Kind], **more: Kind) -> dict[str, Kind]:
    """Of fields that are checked before anybody looks inside."""
    return {**kinds, "project_id": jsonbody.STRING, "space_id": jsonbody.STRING, **more}
