"""What a provider package without chat does on the wire: its first operation is asked, behind the real pipeline."""

from __future__ import annotations

import pytest

from crossroads.testing.answers import refusal
from crossroads.testing.first_calls import COUNTED, first_operation
from crossroads.testing.provider_wire import PRICES, KeyChecks


class FirstCallChecks(KeyChecks):
    """Of a provider without chat: a plain reply of its first operation, and refusals."""

    async def test_a_plain_reply_of_its_first_operation_is_understood(self) -> None:
        manifest = self.manifest()
        operation = first_operation(manifest)
        if operation is None:
            pytest.skip("it serves no operation that a test client asks for")
        if (good := self.good()) is None:
            dialect = manifest.operations[operation].dialect
            pytest.skip(f"no good answer in {dialect} is given (`answer`); its own tests may have one")
        async with self.running(good) as at:
            result = await self.ask(at)
        assert result.status in (200, 202), result.body  # 202: a job is begun
        assert result.body
        (generation,) = at.recorder.generations
        (attempt,) = generation.attempts
        assert (generation.outcome, attempt.outcome) == ("ok", "ok")
        if operation == "embeddings" and good.tokens == COUNTED:
            assert generation.cost_nano == PRICES.charge_nano(COUNTED)

    @pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
    async def test_a_refusal_of_its_first_operation_is_told_and_costs_nothing(self, status: int) -> None:
        async with self.running(refusal(status, retry_after="7" if status == 429 else None)) as at:
            result = await self.ask(at)
        assert (result.status == 400) == (status == 400), "a caller's fault is the caller's, and no other is"
        assert result.status >= 400
        assert result.status != 401, "the key that was refused is ours, not the caller's"
        assert result.json["error"]["message"]
        (generation,) = at.recorder.generations
        assert generation.outcome == "failed"
        assert generation.cost_nano in (None, 0)
