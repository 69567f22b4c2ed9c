"""The benchmark: one command, ratios within one run. See README.md beside this file.

uv run --all-packages python tests/performance/bench.py [--quick] [--json FILE] [--plot FILE] [--no-startup]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import report
from native_build import BUILD, build_native
from payloads import write_requests
from rounds import Load, measure
from stacks import Stack, start_crossroads, start_direct, start_nginx


def main() -> None:
    options = _options()
    rounds, seconds = (1, 1.5) if options.quick else (options.rounds, options.seconds)
    programs = build_native()
    load = Load(programs["load"], write_requests(BUILD))
    stacks: list[Stack] = []
    try:
        stacks.append(start_direct(programs["upstream"]))
        upstream = stacks[0].port
        stacks.append(start_nginx(upstream))
        stacks += [start_crossroads(name, upstream) for name in ("spliced", "typed", "translated")]
        results = measure(stacks, load, rounds=rounds, seconds=seconds, say=_say)
    finally:
        for stack in stacks:
            stack.stop()
    document = {"machine": report.machine(), "scenarios": report.as_json(results)}
    print(report.markdown(results))
    if not options.no_startup:
        import startup

        document["startup"] = startup.measure(quick=options.quick, say=_say)
        print("\n" + startup.markdown(document["startup"]))
    if options.json:
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    if options.plot:
        report.plot(results, options.plot)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of 1.5 s: does it run, and about how fast")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each scenario on each stack")
    parser.add_argument("--json", type=Path, help="every sample, for comparison of two runs")
    parser.add_argument("--plot", type=Path, help="a picture of the ratios (needs matplotlib)")
    parser.add_argument("--no-startup", action="store_true", help="leave out import time and the warm registry")
    return parser.parse_args()


if __name__ == "__main__":
    main()
