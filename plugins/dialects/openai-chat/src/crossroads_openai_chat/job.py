"""What an answer tells of a vendor's job, whatever its words are: for images and videos that a job makes.

Law: a number becomes a part of an address only as `NUMBER` allows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from crossroads.errors import UpstreamRefused
from crossroads_openai_chat.errors import decode_error
from crossroads_openai_chat.reply import broken

if TYPE_CHECKING:
    from crossroads.types.video import Status

NUMBER = re.compile(r"[\w-]{1,200}", re.ASCII)
FAILED = ("failed", "cancelled", "expired")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """number: its name, "" where the answer has none. files: where what it made stands, once it is completed."""

    number: str
    status: Status
    files: tuple[str, ...] = ()
    error: str | None = None

    @property
    def failed(self) -> bool:
        return self.status in FAILED

    def failure(self) -> UpstreamRefused:
        """Of a job that failed."""
        text = f"The job has {self.status}: {self.error or 'no reason was given'}."
        return decode_error(502, (), msgspec.json.encode({"error": {"message": text}}))


def job_of(number: Any, status: Any, states: Mapping[str, Status], *, files: Any = (), error: Any = None) -> Job:
    """A word that is not among the states is one on the way: the call's deadline ends it. Raises BadUpstream."""
    named, made = "" if number is None else number, files or ()
    if not isinstance(status, str) or not isinstance(named, str) or (named and NUMBER.fullmatch(named) is None):
        raise broken("the provider sent something that is no job.")
    if not isinstance(made, list | tuple) or not all(isinstance(one, str) and one for one in made):
        raise broken("the provider's job has something without an address.")
    return Job(
        number=named,
        status=states.get(status, "in_progress"),
        files=tuple(made),
        error=error if isinstance(error, str) and error else None,
    )
