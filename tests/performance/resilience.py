"""One of three endpoints fails half its calls, another is ten times slower: what do callers notice?

    python tests/performance/resilience.py [--seed N]

In virtual time, with the real planning and dispatch (`crossroads simulate`). Beside it: one endpoint alone that is
well; naive retry (no breakers, the first that does not fail, in the order of a strategy that knows nothing).
"""

import argparse

from crossroads_simulate.run import simulate
from crossroads_simulate.scenario import Arrivals, EndpointModel, Scenario, arrivals_of

GOOD = EndpointModel(name="good", price_input="0.20", price_output="0.80", first_token_s=0.4)
FAILING = EndpointModel(name="failing", price_input="0.20", price_output="0.80", first_token_s=0.4, error_rate=0.5)
SLOW = EndpointModel(name="slow", price_input="0.20", price_output="0.80", first_token_s=4.0)
ARRIVALS = Arrivals(rate_per_s=20, duration_s=300)
NAIVE = {"breaker": {"max_ejected": 0}, "retry_share": 1.0}
STACKS = (
    ("a healthy endpoint alone", (GOOD,), "price", {}),
    ("crossroads, balanced", (GOOD, FAILING, SLOW), "balanced", {}),
    ("crossroads, equal prices", (FAILING, SLOW, GOOD), "price", {}),
    ("naive retry, in order", (FAILING, SLOW, GOOD), "price", NAIVE),
    ("naive retry, balanced", (FAILING, SLOW, GOOD), "balanced", NAIVE),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    healthy = None
    print(f"{'':28}{'success':>10}{'p99, s':>10}{'x healthy':>11}{'extra calls':>13}")
    for name, endpoints, strategy, routing in STACKS:
        scenario = Scenario(endpoints=endpoints, arrivals=ARRIVALS, routing=routing)
        figures, _ = simulate(scenario, arrivals_of(scenario, None, seed), strategy, seed)
        p99 = figures["first_token_p99_s"]
        healthy = healthy or p99
        print(f"{name:28}{figures['success']:>10.3%}{p99:>10.2f}{p99 / healthy:>11.2f}{figures['extra_calls']:>13.2%}")


if __name__ == "__main__":
    main()
