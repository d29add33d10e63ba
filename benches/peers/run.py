#!/usr/bin/env python3
"""Runs every workload on Chunkwise and on each peer that offers it, and says who was faster.

Engines are processes of their own, asked in turns for one repeat at a time. README.md says what is measured and how.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True

from prepare import HERE, Place, prepare
from report import PEERS, disagreements, markdown
from workloads import WORKLOADS, Workload

# An engine gets as many rounds as fit into this, but two at least.
SECONDS_AN_ENGINE = 8.0
# The threads of the engine before have gone to sleep after this.
PAUSE = 0.05


class Engine:
    """A process that answers each line by one repeat."""

    def __init__(self, name: str, workload: str, place: Place, options: argparse.Namespace) -> None:
        data = ["--data", str(place.data), "--chunks", options.chunks]
        if name == "chunkwise":
            command = [str(place.binary), workload, "--serve", *data]
        else:
            engine, workload = name.split(":") if ":" in name else (name, workload)
            command = [str(place.python), str(HERE / "serve.py"), engine, workload, *data]
            command += ["--threads", str(options.threads)]
        self.name = name
        # A file, because a pipe that nobody reads fills up and stops who writes.
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment(name, options.threads),
        )
        self.seconds: list[float] = []
        self.last: dict[str, Any] = {}

    def ask(self) -> float:
        """Asks for one repeat; the seconds it took. Raises `ChildProcessError` with what the engine said instead."""
        assert self.process.stdin and self.process.stdout
        time.sleep(PAUSE)
        try:
            self.process.stdin.write("repeat\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.communicate()
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines() or [f"ended with {self.process.returncode}"]
            raise ChildProcessError(lines[0] if lines[0].startswith("workload:") else lines[-1])
        self.last = json.loads(line)
        return self.last["seconds"][0]

    def has_time(self) -> bool:
        """Whether another repeat fits into the time of an engine."""
        spent = sum(self.seconds)
        return len(self.seconds) < 2 or spent + spent / len(self.seconds) <= SECONDS_AN_ENGINE

    def close(self) -> None:
        """Ends the process, which ends with its input."""
        self.process.communicate()


def environment(name: str, threads: int) -> dict[str, str]:
    """As many threads for everyone. dask brings its own, so its products get one each, as its documentation advises."""
    blas = str(1 if name == "dask" else threads)
    everyone = ("RAYON_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NPROC")
    products = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        **os.environ,
        **dict.fromkeys(everyone, str(threads)),
        **dict.fromkeys(products, blas),
        "JAX_PLATFORMS": "cpu",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def measure(workload: Workload, place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """Measures one workload on every engine, in turns."""
    engines: list[Engine] = []
    failures: dict[str, str] = {}

    def ask(engine: Engine) -> float | None:
        try:
            return engine.ask()
        except ChildProcessError as error:
            failures[engine.name] = str(error)
            return None

    for name in ("chunkwise", *workload.peers, *(f"limits:{limit}" for limit in workload.limits)):
        engine = Engine(name, workload.name, place, options)
        # The first repeat is the warm-up.
        if ask(engine) is not None:
            engines.append(engine)
        elif name == "chunkwise":
            break
    for turn in range(options.rounds):
        # Everyone follows everyone else in time.
        first = turn % max(1, len(engines))
        for engine in engines[first:] + engines[:first]:
            if engine.name not in failures and engine.has_time():
                seconds = ask(engine)
                engine.seconds += [] if seconds is None else [seconds]
    for engine in engines:
        engine.close()
    measured = {
        engine.name: {**{key: engine.last[key] for key in ("checksum", "peak_rss_bytes")}, "seconds": engine.seconds}
        for engine in engines
        if engine.name not in failures
    }
    return {"workload": workload.name, "engines": measured, "failures": failures}


def machine(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """What it ran on, in general terms, and which versions."""

    def answer(*command: str | Path) -> str:
        return subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    installed = json.loads(answer(place.python, "-m", "pip", "list", "--format", "json"))
    versions = {package["name"]: package["version"] for package in installed}
    info = Path("/proc/cpuinfo")
    flags = info.read_text().split() if info.exists() else []
    levels = {"avx512f": "AVX-512", "avx2": "AVX2"}
    level = next((text for flag, text in levels.items() if flag in flags), platform.machine())
    return {
        "cores": os.cpu_count(),
        "threads": options.threads,
        "instructions": level,
        "chunks": options.chunks,
        "rounds": options.rounds,
        "versions": ", ".join(f"{peer} {versions[peer]}" for peer in PEERS),
        "commit": answer("git", "describe", "--always", "--dirty"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="repeats of each workload on each engine (7)")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[w.name for w in WORKLOADS], help="run these only")
    parser.add_argument("--quick", action="store_true", help="three rounds, without what takes peers seconds")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of every engine (all cores)")
    parser.add_argument("--chunks", default="1000x1000", help="chunks of ours and of dask (1000x1000)")
    parser.add_argument("--out", type=Path, help="where to write peers.md, peers.json and peers.svg (target/peers)")
    options = parser.parse_args()
    if options.quick:
        options.rounds = min(options.rounds, 3)
    place = prepare()
    out = options.out or place.home
    out.mkdir(parents=True, exist_ok=True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])

    chosen = [w for w in WORKLOADS if (w.name in options.only if options.only else not (options.quick and w.slow))]
    measurements = []
    for workload in chosen:
        print(f"{workload.name} ...", file=sys.stderr, flush=True)
        measurements.append(measure(workload, place, options))
    results = {"machine": machine(place, options), "measurements": measurements}
    (out / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
    text = markdown(results)
    (out / "peers.md").write_text(text)
    plot = [place.python, HERE / "plot.py", out / "peers.json", out / "peers.svg"]
    subprocess.run(plot, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    print(text)
    wrong = disagreements(results)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
