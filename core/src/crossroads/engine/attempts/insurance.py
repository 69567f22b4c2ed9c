"""Zero-completion insurance: for a completion that is none the caller is not charged, whatever the provider bills.

Insured: no completion token and no reason why it ended, or an end by error. What the provider billed stays on record.
Source: OpenRouter, "Zero completion insurance", read 2026-11-24.
"""

from __future__ import annotations

from crossroads.types.usage import Usage

COMPLETIONS = frozenset({"chat", "completions"})
"""Operations whose replies have tokens and a reason for their end; an embedding has neither, and is complete."""
ERROR = "error"
NO_COMPLETION, FAILED, HEDGE = "no completion", "failed", "hedge"
"""Why an attempt is not charged (`Attempt.waived`): it gave none, gave nothing, or lost against another."""


def insured(operation: str, usage: Usage | None, finish_reason: str | None) -> bool:
    """usage: as reported; None counts as unknown, which is not nothing."""
    if operation not in COMPLETIONS:
        return False
    if finish_reason == ERROR:
        return True
    if finish_reason is not None and finish_reason.strip():
        return False
    return usage is not None and usage.completion_tokens == 0 and not usage.images
