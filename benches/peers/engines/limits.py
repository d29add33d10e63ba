"""What the machine can do: memory read and copied by all threads, and the products of OpenBLAS."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from .base import Engine, Inputs

DGEMM_SIDE = 4000


class Limits(Engine):
    """NumPy lets go of the interpreter while it copies, so threads copy slabs of rows."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self.pool = ThreadPoolExecutor(inputs.threads)
        bounds = np.linspace(0, len(self.a), inputs.threads + 1, dtype=int)
        self.slabs = [slice(*ends) for ends in zip(bounds, bounds[1:])]

    @cached_property
    def touched(self) -> np.ndarray:
        return np.ones_like(self.a)

    def _copy_into(self, target: np.ndarray) -> np.ndarray:
        list(self.pool.map(lambda rows: np.copyto(target[rows], self.a[rows]), self.slabs))
        return target

    def copy(self) -> np.ndarray:
        """Into memory that has been touched before."""
        return self._copy_into(self.touched)

    def copy_fresh(self) -> np.ndarray:
        """Into memory that the system has yet to give; NumPy asks it for huge pages."""
        return self._copy_into(np.empty_like(self.a))

    def read(self) -> np.float64:
        """Every element once. The product of the matrix with itself as vectors is faster than a sum."""
        return np.vdot(self.a, self.a)

    def dgemm(self) -> np.ndarray:
        """A product of two matrices of `DGEMM_SIDE`."""
        side = slice(0, DGEMM_SIDE)
        return self.a[side, side] @ self.b[side, side]
