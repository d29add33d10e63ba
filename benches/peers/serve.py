"""One engine and one workload in a process of its own, run by the virtual environment's Python.

Answers every line of standard input by one repeat, as `workload --serve` does.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

from engines.base import Inputs

ENGINES = {
    "numpy": ("numpy_engine", "NumPy"),
    "numexpr": ("numexpr_engine", "NumExpr"),
    "dask": ("dask_engine", "Dask"),
    "jax": ("jax_engine", "Jax"),
    "limits": ("limits", "Limits"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("workload")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--chunks", required=True, help="ROWSxCOLS")
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    module, name = ENGINES[args.engine]
    rows, columns = map(int, args.chunks.split("x"))
    inputs = Inputs(args.data, (rows, columns), args.threads)
    engine = getattr(importlib.import_module(f"engines.{module}"), name)(inputs)
    for _ in sys.stdin:
        print(json.dumps(engine.measure(args.workload)), flush=True)


if __name__ == "__main__":
    main()
