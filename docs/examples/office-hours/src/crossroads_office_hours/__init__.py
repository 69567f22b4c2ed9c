"""Office hours: within them a call enters, outside it is denied.

    [policies.office-hours]
    opens = 8
    closes = 18
    zone = "Europe/Zurich"        # default: UTC

The hours are half open: the first minute of `closes` is outside. What counts is when the call was received.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from crossroads.call import Call, Deny
from crossroads.hookspecs import hookimpl


class Settings(BaseModel):
    """`[policies.office-hours]`. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    opens: int = Field(ge=0, le=23, description="The first hour.")
    closes: int = Field(ge=1, le=24, description="The hour from which on it is closed.")
    zone: str = Field(default="UTC", description="A name of the IANA time zone database.")

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            raise ValueError("is no time zone that this machine knows") from None
        return zone


class OfficeHours:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self._opens, self._closes, self._zone = settings.opens, settings.closes, ZoneInfo(settings.zone)

    @hookimpl
    def policy_admit(self, call: Call) -> Deny | None:
        """Decides by the time alone."""
        hour = datetime.datetime.fromtimestamp(call.received_at, self._zone).hour
        if self._opens <= hour < self._closes:
            return None
        reason = f"calls are taken from {self._opens}:00 to {self._closes}:00 ({self._zone.key})."
        return Deny(reason=reason, remedy="Come back within these hours.")
