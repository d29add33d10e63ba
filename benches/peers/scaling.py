#!/usr/bin/env python3
"""Times workloads over sizes of chunks and numbers of threads, in turns, and prints two tables.

The first one is relative to the best size of chunks of each workload, the second to one thread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True

from prepare import SIDE, Place, build

WORKLOADS = ("chain", "std_axis0", "mask", "transpose")
CHUNKS = (64, 100, 250, 500, 1000, 2500, SIDE)


def seconds(place: Place, workload: str, *options: str) -> float:
    """The median of a few repeats in a process of its own."""
    command = [str(place.binary), workload, "--data", str(place.data), "--repeat", "5", *options]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return statistics.median(json.loads(answer)["seconds"])


def in_turns(place: Place, rounds: int, options: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Medians over rounds, by workload and by what the options are called."""
    taken = {workload: {name: [] for name in options} for workload in WORKLOADS}
    for _ in range(rounds):
        for workload in WORKLOADS:
            for name, values in options.items():
                taken[workload][name].append(seconds(place, workload, *values))
    return {
        workload: {name: statistics.median(times) for name, times in by_name.items()}
        for workload, by_name in taken.items()
    }


def table(title: str, medians: dict[str, dict[str, float]], base: str | None) -> str:
    """Milliseconds, and in brackets the ratio to `base`, or to the best."""
    names = list(next(iter(medians.values())))
    lines = [f"| {title} | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for workload, times in medians.items():
        unit = times[base] if base else min(times.values())
        cells = (f"{time * 1e3:.1f} ({time / unit:.2f})" for time in times.values())
        lines.append(f"| `{workload}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="processes for each cell of a table (3)")
    cores = os.cpu_count() or 1
    # Twice as many threads as cores show what is lost where they wait for each other.
    doubling = [1 << i for i in range(cores.bit_length() + 1) if 1 << i <= 2 * cores]
    parser.add_argument("--threads", type=int, nargs="+", default=doubling, help="numbers of threads")
    options = parser.parse_args()
    place = build()
    chunks = {f"{n} x {n}" if n < SIDE else "whole": ["--chunks", f"{n}x{n}"] for n in CHUNKS}
    print(table("chunks", in_turns(place, options.rounds, chunks), None), end="\n\n", flush=True)
    threads = {str(n): ["--threads", str(n)] for n in options.threads}
    print(table("threads", in_turns(place, options.rounds, threads), str(options.threads[0])))


if __name__ == "__main__":
    main()
