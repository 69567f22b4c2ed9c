"""A vendor's job as a table of words: where in its one document the id, the state, what was made and a reason stand.

The submission is answered with such a document, or with its id alone; asked for later, it tells the rest.
Laws: a state that no word names is no end, and the job is asked for again; an id becomes part of an address only as
the format allows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from crossroads.errors import UpstreamRefused
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, error_or
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import found_at

ASKED_EVERY_S = 1.0
ENDED = ("completed", "failed", "cancelled", "expired")
NO_REASON = "no reason was given"
ID_CHARACTERS_MAX = 200
NUMBER = re.compile(r"[\w-]{1,200}", re.ASCII)
"""What an id may be, where a format says no more of it."""


class Job(msgspec.Struct, frozen=True):
    """status: in our words (`types.video.Status`). made: addresses. moderated: it failed of what it shows or says."""

    id: str
    status: str
    made: list[str] = []
    reason: str = NO_REASON
    moderated: bool = False
    told: Json = {}

    @property
    def failed(self) -> bool:
        return self.status in ENDED and self.status != "completed"

    def failure(self) -> UpstreamRefused:
        """As the error that a caller sees who waits for the job."""
        said = (400, "content_policy_violation") if self.moderated else (502, None)
        return refused(f"{self.status}: {self.reason}", *said)


class JobWords(msgspec.Struct, frozen=True, kw_only=True):
    """Places are dotted paths (`worded`). states: the vendor's word, in lower case -> ours.

    made: places of an address, of an object with `url`, or of a list of either. moderated: found in the vendor's word
    for the state, or in its reasons. id: one place or several, of which the first that stands there counts. nameless:
    what is asked for later need not name the job. numbered: ids and states are whole numbers, which say
    nothing to a reader.
    """

    id: str | tuple[str, ...]
    status: str
    states: Mapping[str, str]
    made: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    moderated: re.Pattern[str] | None = None
    ids: re.Pattern[str] = re.compile(r"[\w-]+", re.ASCII)
    nameless: bool = False
    numbered: bool = False

    def named(self, told: Json) -> str | None:
        """The job's id; None: there is none that the format allows."""
        places = (self.id,) if isinstance(self.id, str) else self.id
        id = next((text for place in places if (text := self._text(told, place))), "")
        return id if self.ids.fullmatch(id) else None

    def read(self, body: bytes) -> Job:
        """Raises BadUpstream: it is no job of this format."""
        told = whole(body)
        id, state = self.named(told), self._text(told, self.status)
        if id is None and not (self.nameless and state):
            raise error_or(body, "the provider named no job.")
        status = self.states.get(state.lower(), "in_progress" if state else "pending")
        reasons = [text for place in self.reasons if isinstance(text := found_at(told, place), str) and text]
        return Job(
            id=id or "",
            status=status,
            made=[address for place in self.made for address in addresses(found_at(told, place))],
            reason=": ".join(reasons) or ("" if self.numbered or state.lower() == status else state) or NO_REASON,
            moderated=self.moderated is not None and self.moderated.search(" ".join((state, *reasons))) is not None,
            told=told,
        )

    def _text(self, told: Json, place: str) -> str:
        value = found_at(told, place)
        if self.numbered and type(value) is int:
            return str(value)
        return value if isinstance(value, str) else ""


def job_of(id: Any, state: Any, states: Mapping[str, str], *, made: Any = (), reason: Any = None) -> Job:
    """A job by what stands in no one place. states: the vendor's word -> ours. Raises BadUpstream: it is none."""
    named, files = "" if id is None else id, made or ()
    if not isinstance(state, str) or not isinstance(named, str) or (named and NUMBER.fullmatch(named) is None):
        raise broken("the provider sent something that is no job.")
    if not isinstance(files, list | tuple) or not all(isinstance(one, str) and one for one in files):
        raise broken("the provider's job has something without an address.")
    said = reason if isinstance(reason, str) and reason else NO_REASON
    return Job(named, states.get(state, "in_progress"), list(files), said)


def id_in(told: Json, name: str) -> str | None:
    """The id that stands there, as a part of an address; None: there is none. Raises BadUpstream: it can't be one."""
    id = told.get(name)
    if id is None or id == "":
        return None
    if not isinstance(id, str) or len(id) > ID_CHARACTERS_MAX or not id.strip("."):
        raise broken("the provider sent an id that is none.")
    return quote(id, safe="")


def addresses(value: Any) -> list[str]:
    """An address, an object with `url`, or a list of either -> the addresses."""
    rows = value if isinstance(value, list) else [value]
    found = [row.get("url") if isinstance(row, dict) else row for row in rows]
    return [address for address in found if isinstance(address, str) and address]
