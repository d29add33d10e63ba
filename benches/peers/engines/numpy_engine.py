"""NumPy, with temporaries reused where a careful user would."""

import numpy as np

from .base import Engine


class NumPy(Engine):
    """One thread, but for products, which OpenBLAS shares out."""

    def sum(self) -> np.float64:
        return self.a.sum()

    def chain(self) -> np.float64:
        t = np.cos(self.a)
        t *= 2
        t += self.b * self.b
        return t.sum()

    def mean_axis0(self) -> np.ndarray:
        t = self.a - self.b
        t *= t
        t *= 0.5
        t += self.a
        return t.mean(axis=0)

    def dot(self) -> np.ndarray:
        return self.a @ (self.a + self.a.T)

    def mask(self) -> np.ndarray:
        return self.a[self.a > 0.5]

    def std_axis0(self) -> np.ndarray:
        return self.a.std(axis=0)

    def transpose(self) -> np.ndarray:
        return np.ascontiguousarray(self.a.T)

    def median_axis0(self) -> np.ndarray:
        return np.median(self.a, axis=0)

    def cumsum_axis0(self) -> np.ndarray:
        return np.cumsum(self.a, axis=0)

    def stride(self) -> np.ndarray:
        return self.a[::2, :].copy()

    def closing(self) -> np.ndarray:
        x = np.random.default_rng(19).normal(9.0, 1.0, self.a.shape)
        x += self.inputs.ones
        return np.histogram(x[x < 10.0], bins=100, range=(-9.0, 11.0))[0]

    def randint_mean(self) -> float:
        # All at once would be 8 GB.
        rng = np.random.default_rng(42)
        return sum(int(rng.integers(0, 100, (100, 1000, 100)).sum()) for _ in range(100)) / 1e9

    def dot_random(self) -> np.ndarray:
        x = np.random.default_rng(42).random((10_000, 10_000))
        return x @ (x + x.T)

    def reshape(self) -> np.ndarray:
        return self.a.reshape(1000, 5000, 5).sum(axis=0)
