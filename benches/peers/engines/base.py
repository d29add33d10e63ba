"""What every engine is given, and how it is measured."""

import resource
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Inputs:
    """The matrices, in memory, and how they are to be chunked and computed."""

    directory: Path
    chunks: tuple[int, int]
    threads: int

    def __post_init__(self) -> None:
        self.a: np.ndarray = np.load(self.directory / "a.npy")
        self.b: np.ndarray = np.load(self.directory / "b.npy")

    @cached_property
    def ones(self) -> np.ndarray:
        """The ordinary array of the closing exercise."""
        return np.ones_like(self.a)


class Engine:
    """An engine has a method for each workload that it offers. It returns the result."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.a, self.b = inputs.a, inputs.b

    def run(self, name: str) -> Any:
        """The result, when it is there."""
        return getattr(self, name)()

    def measure(self, name: str) -> dict[str, Any]:
        """One repeat: the time to compute and drop the result, and the sum of its elements."""
        start = time.perf_counter()
        result = self.run(name)
        seconds = time.perf_counter() - start
        checksum = float(np.asarray(result).sum(dtype=np.float64))
        start = time.perf_counter()
        del result
        seconds += time.perf_counter() - start
        return {"workload": name, "seconds": [seconds], "checksum": checksum, "peak_rss_bytes": peak_rss_bytes()}


def peak_rss_bytes() -> int:
    """The most memory that this process has had resident."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
