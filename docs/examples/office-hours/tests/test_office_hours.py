"""Office hours: what every policy must hold, and where the day begins and ends."""

import datetime

import pytest
from crossroads_office_hours import OfficeHours, Settings
from pydantic import ValidationError

from crossroads.testing import policy_conformance

TestOpen = policy_conformance(OfficeHours, {"opens": 0, "closes": 24}, denies=False)


class Received:
    """All that the policy looks at."""

    def __init__(self, text: str) -> None:
        self.received_at = datetime.datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("at", "enters"),
    [
        ("2026-07-01T05:59:59+00:00", False),
        ("2026-07-01T06:00:00+00:00", True),
        ("2026-07-01T15:59:59+00:00", True),
        ("2026-07-01T16:00:00+00:00", False),
        ("2026-01-01T06:30:00+00:00", False),
    ],
)
def test_the_hours_are_those_of_the_zone_in_summer_and_in_winter(at: str, enters: bool) -> None:
    policy = OfficeHours(Settings(opens=8, closes=18, zone="Europe/Zurich"))
    assert (policy.policy_admit(Received(at)) is None) == enters  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"opens": 24, "closes": 24}, {"opens": 8, "closes": 18, "zone": "Mars/Base"}])
def test_a_mistake_in_the_settings_is_an_error(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)
