"""What planning one request costs, with 10 and with 10,000 endpoints behind one model name: prints microseconds.

python tests/performance/planning.py
"""

import asyncio
import json
import statistics
import sys
import time

from crossroads.engine.plan import plan
from crossroads.testing import chat, exchange_with, offer

COUNTS = (10, 100, 1_000, 10_000)
ROUNDS = 5


async def planned(count: int) -> float:
    """Median of the rounds, seconds a plan, after a warm-up."""
    offers = [offer(f"p{number}", "http://127.0.0.1:1/v1") for number in range(count)]
    async with exchange_with(*offers) as x:
        body = json.dumps(chat()).encode()
        calls = max(3, 2_000 // count)
        rounds = []
        for _ in range(ROUNDS + 1):
            opened = [x.open_call("openai-chat", body) for _ in range(calls)]
            began = time.perf_counter()
            for call in opened:
                plan(call, x)
            rounds.append((time.perf_counter() - began) / calls)
        return statistics.median(rounds[1:])


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or COUNTS
    for count in counts:
        print(f"{count:>6} endpoints  {asyncio.run(planned(count)) * 1e6:>12.1f} us a plan", flush=True)


if __name__ == "__main__":
    main()
