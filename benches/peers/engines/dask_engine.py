"""dask, on its threaded scheduler with as many workers and the same chunks as ours.

`from_array` copies the whole array. That counts as loading; the expression on it is built in every repeat.
"""

from functools import cached_property

import dask
import dask.array as da
import numpy as np
from dask.delayed import Delayed

from .base import Engine, Inputs


def add(left: float, right: float) -> float:
    """What the tree of delayed additions is made of."""
    return left + right


class Dask(Engine):
    """Every result is computed to a NumPy array, but for rechunked blocks, which stay blocks."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        dask.config.set(scheduler="threads", num_workers=inputs.threads)
        self.chunks = inputs.chunks

    @cached_property
    def x(self) -> da.Array:
        return da.from_array(self.a, chunks=self.chunks)

    @cached_property
    def y(self) -> da.Array:
        return da.from_array(self.b, chunks=self.chunks)

    @cached_property
    def ones(self) -> da.Array:
        return da.from_array(self.inputs.ones, chunks=self.chunks)

    @cached_property
    def rows(self) -> da.Array:
        return da.from_array(self.a, chunks=(100, -1))

    def sum(self) -> np.float64:
        return self.x.sum().compute()

    def chain(self) -> np.float64:
        return (da.cos(self.x) * 2 + self.y * self.y).sum().compute()

    def mean_axis0(self) -> np.ndarray:
        return ((self.x - self.y) ** 2 * 0.5 + self.x).mean(axis=0).compute()

    def dot(self) -> np.ndarray:
        return self.x.dot(self.x + self.x.T).compute()

    def mask(self) -> np.ndarray:
        return self.x[self.x > 0.5].compute()

    def std_axis0(self) -> np.ndarray:
        return self.x.std(axis=0).compute()

    def transpose(self) -> np.ndarray:
        return np.ascontiguousarray(self.x.T.compute())

    def median_axis0(self) -> np.ndarray:
        return da.median(self.x, axis=0).compute()

    def cumsum_axis0(self) -> np.ndarray:
        return da.cumsum(self.x, axis=0).compute()

    def stride(self) -> np.ndarray:
        return self.x[::2, :].compute()

    def closing(self) -> np.ndarray:
        x = da.random.default_rng(19).normal(9.0, 1.0, self.a.shape, chunks=self.chunks) + self.ones
        return da.histogram(x[x < 10.0], bins=100, range=(-9.0, 11.0))[0].compute()

    def randint_mean(self) -> np.float64:
        return da.random.default_rng(42).integers(0, 100, (10_000, 1000, 100)).mean().compute()

    def dot_random(self) -> np.ndarray:
        x = da.random.default_rng(42).random((10_000, 10_000), chunks=self.chunks)
        return x.dot(x + x.T).compute()

    def tiny_chunks(self) -> np.float64:
        return (da.zeros((100, 100), chunks=(1, 1)) + 1).sum().compute()

    def tiny_transpose(self) -> np.float64:
        x = da.ones((1000, 1000), chunks=(10, 10))
        return (x + x.T).sum().compute()

    def rechunk(self) -> da.Array:
        return self.rows.rechunk((-1, 100)).persist()

    def delayed_tree(self) -> float:
        lazy_add = dask.delayed(add)
        level: list[float | Delayed] = [float(i) for i in range(100_001)]
        while len(level) > 1:
            pairs = [lazy_add(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
            level = pairs + level[2 * len(pairs) :]
        return level[0].compute()
