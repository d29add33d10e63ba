"""From measured seconds to a table."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from workloads import WORKLOADS, Workload

BY_NAME = {workload.name: workload for workload in WORKLOADS}
PEERS = ("numpy", "numexpr", "dask", "jax")


@dataclass(frozen=True)
class Row:
    """What one workload came to. Times are medians, in seconds."""

    workload: Workload
    times: dict[str, float]
    rounds: dict[str, int]
    failures: dict[str, str]
    fastest: str | None
    # How many times faster than that peer, as the median of paired rounds
    ratio: float | None
    # What the machine would take at least: in touched memory or at the rate of products, and in fresh memory
    limit: float | None
    fresh_limit: float | None
    # Whether the floor is met, where there is one
    met: bool | None


def rows(results: dict[str, Any]) -> list[Row]:
    """A row for each measured workload."""
    return [_row(measurement) for measurement in results["measurements"]]


def _row(measurement: dict[str, Any]) -> Row:
    workload = BY_NAME[measurement["workload"]]
    seconds = {name: engine["seconds"] for name, engine in measurement["engines"].items()}
    times = {name: median(measured) for name, measured in seconds.items()}
    rounds = {name: len(measured) for name, measured in seconds.items()}
    ours = times.get("chunkwise")
    candidates = [peer for peer in PEERS if peer in times and workload.against in (None, peer)]
    fastest = min(candidates, key=times.__getitem__, default=None)
    ratio = None
    if ours is not None and fastest is not None:
        ratio = median(theirs / mine for theirs, mine in zip(seconds[fastest], seconds["chunkwise"]))
    return Row(
        workload,
        times,
        rounds,
        measurement["failures"],
        fastest,
        ratio,
        limit(workload, times, "copy"),
        limit(workload, times, "copy_fresh") if workload.written else None,
        _met(workload, ours, ratio, times),
    )


def limit(workload: Workload, times: dict[str, float], copy: str) -> float | None:
    """The seconds that the machine needs to move inputs and outputs once, or to multiply and add."""
    if not all(f"limits:{name}" in times for name in workload.limits) or not workload.limits:
        return None
    if workload.flops:
        return workload.flops / (2 * 4000**3) * times["limits:dgemm"]
    # What is written is copied from as much that is read.
    only_read = max(0.0, workload.read - workload.written)
    return only_read * times["limits:read"] + workload.written * times[f"limits:{copy}"]


def _met(workload: Workload, ours: float | None, ratio: float | None, times: dict[str, float]) -> bool | None:
    if ours is None:
        return None
    if workload.floor is not None:
        return None if ratio is None else ratio >= workload.floor
    if workload.within_seconds is not None:
        return ours <= workload.within_seconds
    copy = times.get("limits:copy")
    return None if copy is None or workload.within_copies is None else ours <= workload.within_copies * copy


def disagreements(results: dict[str, Any]) -> list[str]:
    """Checksums that differ from ours by more than the workload allows, and engines that failed."""
    found = []
    for measurement in results["measurements"]:
        workload, engines = BY_NAME[measurement["workload"]], measurement["engines"]
        for name, text in measurement["failures"].items():
            if "no workload" not in text:
                found.append(f"{workload.name}: {name} failed: {text}")
        ours = engines.get("chunkwise", {}).get("checksum")
        for name in workload.peers:
            theirs = engines.get(name, {}).get("checksum")
            if None not in (ours, theirs) and abs(theirs - ours) > workload.tolerance * abs(ours):
                found.append(f"{workload.name}: {name} has checksum {theirs}, ours is {ours}")
    return found


def milliseconds(seconds: float | None) -> str:
    """Three digits."""
    if seconds is None:
        return ""
    value = seconds * 1000
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def markdown(results: dict[str, Any]) -> str:
    """The table, with what it was measured on above and notes below."""
    table = rows(results)
    lines = [_heading(results["machine"]), "", *_machine(results), ""]
    lines += [
        "| workload | Chunkwise | " + " | ".join(PEERS) + " | times faster | floor | met | limit | fresh | of limit |",
        "|---|" + "---:|" * (len(PEERS) + 7),
    ]
    lines += [_line(row) for row in table]
    return "\n".join([*lines, "", *_notes(table)]) + "\n"


def _heading(machine: dict[str, Any]) -> str:
    return (
        f"{machine['cores']} cores with {machine['instructions']}, {machine['threads']} threads for everyone, "
        f"chunks {machine['chunks']}, f64, 5000 x 5000; commit {machine['commit']}, {machine['versions']}. "
        f"Milliseconds, medians of {machine['rounds']} rounds in turns."
    )


def _machine(results: dict[str, Any]) -> list[str]:
    """The machine's limits, over all rounds of all workloads."""
    texts = {
        "read": "read 200 MB",
        "copy": "copy 200 MB to touched memory",
        "copy_fresh": "copy 200 MB to fresh memory",
        "dgemm": "product of 4000 x 4000",
    }
    lines = ["| the machine | ms | |", "|---|---:|---|"]
    for name, text in texts.items():
        measured = [
            seconds
            for measurement in results["measurements"]
            for seconds in measurement["engines"].get(f"limits:{name}", {}).get("seconds", [])
        ]
        if measured:
            time = median(measured)
            rate = f"{2 * 4000**3 / time / 1e9:.0f} GFLOP/s" if name == "dgemm" else _bandwidth(name, time)
            lines.append(f"| {text} | {milliseconds(time)} | {rate} |")
    return lines if len(lines) > 2 else []


def _bandwidth(name: str, time: float) -> str:
    return f"{(0.2 if name == 'read' else 0.4) / time:.1f} GB/s"


def _line(row: Row) -> str:
    ours = row.times.get("chunkwise")
    cells = [f"`{row.workload.name}`", milliseconds(ours)]
    cells += [milliseconds(row.times.get(peer)) for peer in PEERS]
    cells.append("" if row.ratio is None else f"{row.ratio:.2f} ({row.fastest})")
    cells += [floor(row.workload), {True: "yes", False: "**no**", None: ""}[row.met]]
    cells += [milliseconds(row.limit), milliseconds(row.fresh_limit)]
    cells.append(f"{ours / row.limit:.2f}" if ours and row.limit else "")
    return "| " + " | ".join(cells) + " |"


def floor(workload: Workload) -> str:
    """What is asked for, in a few words."""
    if workload.floor is not None:
        return f"{workload.floor:g}" + (f" ({workload.against})" if workload.against else "")
    if workload.within_seconds is not None:
        return f"{milliseconds(workload.within_seconds)} ms"
    return f"{workload.within_copies:g} copies"


def _notes(table: list[Row]) -> list[str]:
    most = max((max(row.rounds.values(), default=0) for row in table), default=0)
    notes = []
    for row in table:
        parts = [row.workload.note] if row.workload.note else []
        fewer = [f"{name} {count}" for name, count in row.rounds.items() if count < most]
        parts += [f"fewer rounds: {', '.join(fewer)}"] if fewer else []
        parts += [f"left out, {name}: {text}" for name, text in row.failures.items()]
        if parts:
            notes.append(f"- `{row.workload.name}`: {'; '.join(parts)}.")
    return notes
