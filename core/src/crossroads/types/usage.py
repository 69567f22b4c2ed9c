"""What one attempt used, in disjoint units, and what it cost.

Law (MONEY-4): token classes never overlap, and prompt and completion classes sum to what the provider reported.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from crossroads.money import format_usd

Quality = Literal["exact", "estimated", "uncertain"]
"""exact: the provider said so. estimated: counted from what was sent and seen. uncertain: an upper bound."""


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts of tokens unless the name says otherwise; all >= 0 and disjoint."""

    input_tokens: int = 0
    """Fresh prompt tokens: not read from a cache, not written to one, neither audio nor (where told apart) images."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    audio_input_tokens: int = 0
    image_input_tokens: int = 0
    output_tokens: int = 0
    """Visible completion tokens: neither reasoning nor audio nor images."""
    reasoning_tokens: int = 0
    audio_output_tokens: int = 0
    image_output_tokens: int = 0
    images: int = 0
    seconds: int = 0
    characters: int = 0
    searches: int = 0
    quality: Quality = "exact"

    @property
    def prompt_tokens(self) -> int:
        """All that went in."""
        cached = self.cache_read_tokens + self.cache_write_tokens
        return self.input_tokens + cached + self.audio_input_tokens + self.image_input_tokens

    @property
    def completion_tokens(self) -> int:
        """All that came out, reasoning included."""
        return self.output_tokens + self.reasoning_tokens + self.audio_output_tokens + self.image_output_tokens


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Money for one attempt, in nano-dollars. None: a price is unknown, which is never 0.

    waived: the provider bills it, the caller is not charged.
    """

    total_nano: int | None
    prompt_nano: int | None = None
    completion_nano: int | None = None
    waived: bool = False

    @property
    def charged_nano(self) -> int | None:
        """What the caller pays."""
        return 0 if self.waived else self.total_nano

    def json(self) -> msgspec.Raw | None:
        """What the caller pays, as an exact JSON number of US dollars, or None."""
        return usd_json(self.charged_nano)


def usd_json(nano: int | None) -> msgspec.Raw | None:
    """Nano-dollars as an exact JSON number of US dollars, or None."""
    return None if nano is None else msgspec.Raw(format_usd(nano).encode())


def openai_usage(usage: Usage, cost: Cost) -> dict[str, Any]:
    """`usage` as OpenRouter's chat responses carry it (API reference, "Usage accounting", read 2026-11-24)."""
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        **cost_fields(cost),
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "audio_tokens": usage.audio_input_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.audio_output_tokens,
            "image_tokens": usage.image_output_tokens,
        },
    }


def cost_fields(cost: Cost) -> dict[str, Any]:
    """What OpenRouter adds to a `usage` of any format: the price."""
    total = usd_json(cost.total_nano)
    return {
        "cost": cost.json() if cost.waived else total,
        "is_byok": False,
        "cost_details": {
            "upstream_inference_cost": total,
            "upstream_inference_prompt_cost": usd_json(cost.prompt_nano),
            "upstream_inference_completions_cost": usd_json(cost.completion_nano),
        },
    }
