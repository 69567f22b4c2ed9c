"""One of three endpoints fails half its calls, another is ten times slower: what do callers notice?

    python tests/performance/resilience.py [--seed N] [--json]

In virtual time, with the real planning and dispatch (`crossroads simulate`). Beside Crossroads: an endpoint alone that
is well; naive retry (no breakers, each call starts over: the first that does not fail, in a fixed order or in turn).
"""

import argparse
import json

from crossroads_simulate.run import simulate
from crossroads_simulate.scenario import Arrivals, EndpointModel, Scenario, arrivals_of

GOOD = EndpointModel(name="good", price_input="0.20", price_output="0.80", first_token_s=0.4)
FAILING = EndpointModel(name="failing", price_input="0.20", price_output="0.80", first_token_s=0.4, error_rate=0.5)
SLOW = EndpointModel(name="slow", price_input="0.20", price_output="0.80", first_token_s=4.0)
THREE = (FAILING, SLOW, GOOD)
ARRIVALS = Arrivals(rate_per_s=20, duration_s=300)
NAIVE = {"breaker": {"max_ejected": 0}, "retry_share": 1.0}
STACKS = (
    ("a healthy endpoint alone", (GOOD,), "in-order", NAIVE),
    ("crossroads: balanced", THREE, "balanced", {}),
    ("crossroads: price", THREE, "price", {}),
    ("crossroads: latency", THREE, "latency", {}),
    ("crossroads: round-robin", THREE, "round-robin", {}),
    ("naive retry, fixed order", THREE, "in-order", NAIVE),
    ("naive round-robin", THREE, "round-robin", NAIVE),
)
GOAL_SUCCESS, GOAL_P99, GOAL_EXTRA = 0.999, 1.5, 0.05
COLUMNS = ("stack", "success", "p99_s", "x_healthy", "extra_calls", "goal")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measured(options.seed)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'':27}{'success':>9}{'p99, s':>8}{'x healthy':>11}{'extra calls':>13}   goal")
    for row in rows:
        print(
            f"{row['stack']:27}{row['success']:>9.3%}{row['p99_s']:>8.2f}{row['x_healthy']:>11.2f}"
            f"{row['extra_calls']:>13.2%}   {'met' if row['goal'] else 'missed'}"
        )


def measured(seed: int) -> list[dict]:
    """One row a stack. goal: 99.9 % success, p99 within 1.5 of the healthy endpoint's, under 5 % extra calls."""
    rows, healthy = [], None
    for name, endpoints, strategy, routing in STACKS:
        scenario = Scenario(endpoints=endpoints, arrivals=ARRIVALS, routing=routing)
        figures, _ = simulate(scenario, arrivals_of(scenario, None, seed), strategy, seed)
        p99, success, extra = figures["first_token_p99_s"], figures["success"], figures["extra_calls"]
        healthy = healthy or p99
        goal = success >= GOAL_SUCCESS and p99 <= GOAL_P99 * healthy and extra < GOAL_EXTRA
        values = (name, success, p99, round(p99 / healthy, 3), extra, goal)
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


if __name__ == "__main__":
    main()
