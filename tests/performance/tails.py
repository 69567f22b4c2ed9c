"""Three endpoints with a heavy tail (first tokens log-normal, sigma 0.9): what do hedges take off it, at what price?

    python tests/performance/tails.py [--seed N] [--json]

In virtual time, with the real planning and dispatch (`crossroads simulate`), strategy balanced.
"""

import argparse
import json

from crossroads_simulate.run import simulate
from crossroads_simulate.scenario import Arrivals, EndpointModel, Scenario, arrivals_of

ENDPOINTS = tuple(
    EndpointModel(name=name, price_input="0.20", price_output="0.80", first_token_s=0.4, spread=0.9) for name in "abc"
)
ARRIVALS = Arrivals(rate_per_s=20, duration_s=300)
STACKS = (
    ("no hedge", {}),
    ("as configured by default", {"hedge": {}}),
    ("up to 10 %", {"hedge": {"percentile": 90, "max_share": 0.1, "max_cost_share": 0.1}}),
    ("after 1 s, up to 20 %", {"hedge": {"after_s": 1.0, "max_share": 0.2, "max_cost_share": 0.2}}),
)
FIGURES = ("first_token_p50_s", "first_token_p95_s", "first_token_p99_s", "extra_calls", "cost_usd")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measured(options.seed)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'':26}{'p50, s':>8}{'p95, s':>8}{'p99, s':>8}{'extra calls':>13}{'cost':>10}")
    for row in rows:
        p50, p95, p99, extra, cost = (row[name] for name in FIGURES)
        print(f"{row['stack']:26}{p50:>8.2f}{p95:>8.2f}{p99:>8.2f}{extra:>13.2%}{cost / rows[0]['cost_usd']:>10.2%}")


def measured(seed: int) -> list[dict]:
    """One row a stack."""
    rows = []
    for name, routing in STACKS:
        scenario = Scenario(endpoints=ENDPOINTS, arrivals=ARRIVALS, routing=routing)
        figures, _ = simulate(scenario, arrivals_of(scenario, None, seed), "balanced", seed)
        rows.append({"stack": name, **{figure: figures[figure] for figure in FIGURES}})
    return rows


if __name__ == "__main__":
    main()
