"""What planning one request costs under a strategy, with 10 to 10,000 endpoints behind one model: prints microseconds.

python tests/performance/planning.py [STRATEGY ...]        default: balanced
"""

import asyncio
import json
import statistics
import sys
import time
from importlib.metadata import entry_points

from crossroads.engine.routing.plan import plan
from crossroads.testing import chat, exchange_with, offer

COUNTS = (10, 100, 1_000, 10_000)
ROUNDS = 5


async def planned(count: int, strategy: str) -> float:
    """Median of the rounds, seconds a plan, after a warm-up."""
    offers = [offer(f"p{number}", "http://127.0.0.1:1/v1") for number in range(count)]
    made = entry_points(group="crossroads.strategies")[strategy].load()
    async with exchange_with(*offers, strategies={strategy: made()}) as x:
        body = json.dumps(chat()).encode()
        calls = 2_000
        rounds = []
        for _ in range(ROUNDS + 1):
            opened = [x.open_call("openai-chat", body) for _ in range(calls)]
            began = time.perf_counter()
            for call in opened:
                plan(call, x)
            rounds.append((time.perf_counter() - began) / calls)
        return statistics.median(rounds[1:])


def main() -> None:
    for strategy in sys.argv[1:] or ["balanced"]:
        first = 0.0
        for count in COUNTS:
            seconds = asyncio.run(planned(count, strategy))
            first = first or seconds
            print(
                f"{strategy:>14} {count:>6} endpoints {seconds * 1e6:>8.1f} us a plan {seconds / first:>6.2f}x",
                flush=True,
            )


if __name__ == "__main__":
    main()
