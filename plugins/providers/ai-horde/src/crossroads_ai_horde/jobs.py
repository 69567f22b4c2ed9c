"""The Horde's jobs: submitted, asked for until they are done; images are then fetched from another address.

What is asked while a job runs does not name it (`Step.told_at`). A status with images in it may be asked for a few
times a minute only, so that images are asked for at `check` first.
Sources: https://github.com/Haidra-Org/AI-Horde (README_integration.md), pkg:pypi/horde-sdk@0.33.3
(ai_horde_api/apimodels/generate), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import NUMBER
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import broken

from crossroads.steps import Step

ASKED_EVERY_S = 1.0
"""The Horde keeps what it answers for as long."""
BEGIN, CHECK, STATUS = "/async", "/check/", "/status/"
WIDE = (
    "allow_downgrade",
    "censor_nsfw",
    "context_fit",
    "disable_batching",
    "dry_run",
    "extra_slow_workers",
    "extra_source_images",
    "nsfw",
    "proxied_account",
    "replacement_filter",
    "shared",
    "slow_workers",
    "softprompt",
    "style",
    "template_fields",
    "trusted_workers",
    "validated_backends",
    "webhook",
    "worker_blacklist",
    "workers",
)
"""What stands beside the parameters of a generation, and not among them."""


def asked(own: Json, params: Json, **wide: Any) -> Json:
    """A body. own: the caller's words for the Horde; params: ours, which go over them."""
    beside = {name: own[name] for name in WIDE if name in own}
    given = own.get("params")
    among = {name: value for name, value in own.items() if name not in beside and name != "params"}
    return {**beside, **wide, "params": {**(given if isinstance(given, dict) else {}), **among, **params}}


def following(told: Json, url: str, *, first: str) -> Step | None:
    """What follows on an answer. url: where the job began, then where it stands; first: what it is asked for.

    Raises BadUpstream, UpstreamRefused: it can't be done, or has failed.
    """
    if told.get("faulted") is True:
        raise refused("The Horde could not complete the job.", 502)
    if told.get("is_possible") is False:
        raise refused("No worker of the Horde can do the job.", 503)
    if url.endswith(BEGIN):
        number = told.get("id")
        if not isinstance(number, str) or NUMBER.fullmatch(number) is None:
            raise broken("the provider named no job.")
        where = f"{url.removesuffix(BEGIN)}{first}{number}"
        return Step(url=where, told_at=where, after_s=ASKED_EVERY_S)
    if told.get("done") is not True:
        return Step(url=url, after_s=ASKED_EVERY_S)
    status = url.replace(CHECK, STATUS)
    return Step(url=status, told_at=status) if status != url else None


def made(told: Json) -> list[Json]:
    """The generations of a job that is done. Raises BadUpstream."""
    rows = told.get("generations")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise broken("the provider's reply has no generations.")
    return rows
