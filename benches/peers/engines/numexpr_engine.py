"""numexpr, where an expression fits it.

Its own reductions run on one thread, so an expression is evaluated on all and reduced by NumPy, which measured faster.
"""

import numexpr
import numpy as np

from .base import Engine


class NumExpr(Engine):
    """Expressions over whole arrays, evaluated in blocks."""

    def sum(self) -> np.ndarray:
        return numexpr.evaluate("sum(a)", {"a": self.a})

    def chain(self) -> np.float64:
        return numexpr.evaluate("cos(a) * 2 + b * b", {"a": self.a, "b": self.b}).sum()

    def mean_axis0(self) -> np.ndarray:
        return numexpr.evaluate("(a - b)**2 * 0.5 + a", {"a": self.a, "b": self.b}).mean(axis=0)
