"""Writes numpy.rs: what NumPy makes of values at and next to the edges of bins.

    python fixtures.py > numpy.rs
"""

import textwrap

import numpy as np

UNIFORM = [
    (1, 0.0, 1.0),
    (10, 0.0, 1.0),
    (7, 0.1, 0.7),
    (100, -9.0, 11.0),
    (33, -1e10, 1e10),
    (13, 1.0, 1.0 + 1e-12),
    (49, -0.3, 1e-3),
    (3, 0.0, 3e-323),
    (17, 1e300, 1.7e308),
    (24, -5.5, -5.4),
    (60, 0.0, 3.0),
    (11, -1e-7, 1e5),
]
EDGES = [
    [0.0, 1.0],
    [0.0, 1.0, 1.0, 2.0],
    [-1.0, 0.0, 0.0],
    [0.1, 0.2, 0.7, 5.0, 1e9],
    [-np.inf, -1.0, 0.0, 3.0, np.inf],
    [-2.5, -0.0, 1e-300, 4.0, 4.5, 5.5, 7.25, 9.0, 100.0],
]


def values(edges):
    """Each edge and its neighbours, the middle of each bin, and what is in none."""
    near = [[np.nextafter(e, -np.inf), e, np.nextafter(e, np.inf)] for e in edges]
    middle = [a / 2 + b / 2 for a, b in zip(edges[:-1], edges[1:])]
    return [*sum(near, []), *middle, np.nan, np.inf, -np.inf, 0.0]


def bin_of(value, **bins):
    found = np.flatnonzero(np.histogram(np.array([value]), **bins)[0])
    assert len(found) < 2
    return int(found[0]) if len(found) else -1


def number(x):
    x = float(x)
    if np.isnan(x):
        return "NAN"
    if np.isinf(x):
        return "INF" if x > 0 else "-INF"
    return repr(x)


def numbers(xs):
    return "&[" + ", ".join(number(x) for x in xs) + "]"


def emit(line):
    print(textwrap.fill(line, width=113, break_long_words=False, break_on_hyphens=False), end="\n\n" if line == "];" else "\n")


print(f"""//! What NumPy {np.__version__} computes; written by `fixtures.py`.
#![allow(clippy::approx_constant, clippy::excessive_precision, clippy::type_complexity, reason = "numbers as printed")]

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
""")
emit("/// Number of bins, lo, hi, edges, and the bins of the values that `values` makes of the edges.")
emit("pub(crate) const UNIFORM: &[(usize, f64, f64, &[f64], &[i64])] = &[")
with np.errstate(all="ignore"):
    for count, lo, hi in UNIFORM:
        edges = np.histogram([], bins=count, range=(lo, hi))[1]
        bins = [bin_of(v, bins=count, range=(lo, hi)) for v in values(edges)]
        emit(f"({count}, {number(lo)}, {number(hi)}, {numbers(edges)}, &{bins}),")
    emit("];")
    emit("/// Edges, and the bins of the values.")
    emit("pub(crate) const EDGES: &[(&[f64], &[i64])] = &[")
    for edges in EDGES:
        bins = [bin_of(v, bins=np.array(edges)) for v in values(edges)]
        emit(f"({numbers(edges)}, &{bins}),")
    emit("];")

emit("/// Values, number of bins, counts, edges and density, over the range of the values.")
emit("pub(crate) const AUTOMATIC: &[(&[f64], usize, &[i64], &[f64], &[f64])] = &[")
rng = np.random.default_rng(1)
for data, count in [
    ([], 3),
    ([2.5], 4),
    ([7.0, 7.0, 7.0], 5),
    (list(range(12)), 5),
    (rng.normal(size=40).round(3), 9),
    ([1e20, 3e20, 2e20], 2),
    ([-0.0, 1e-320], 3),
]:
    data = np.array(data, dtype=float)
    counts, edges = np.histogram(data, bins=count)
    with np.errstate(all="ignore"):
        density = np.histogram(data, bins=count, density=True)[0]
    emit(f"({numbers(data)}, {count}, &{counts.tolist()}, {numbers(edges)}, {numbers(density)}),")
emit("];")

x, y = rng.normal(size=50).round(2), rng.uniform(size=50).round(2)
w = rng.integers(-4, 9, size=50)
wide = [-3.0, -1.0, -0.5, 0.0, 0.25, 2.0]
emit("/// Two coordinates and weights of 50 points.")
emit(f"pub(crate) const X: &[f64] = {numbers(x)};")
emit(f"pub(crate) const Y: &[f64] = {numbers(y)};")
emit(f"pub(crate) const W: &[i64] = &{w.tolist()};")
emit("/// Edges of unequal widths.")
emit(f"pub(crate) const WIDE: &[f64] = {numbers(wide)};")
emit("/// Weighted sums and weighted density over `WIDE`.")
emit(f"pub(crate) const WEIGHTED: &[i64] = &{np.histogram(x, wide, weights=w)[0].tolist()};")
emit(f"pub(crate) const DENSITY: &[f64] = {numbers(np.histogram(x, wide, weights=w, density=True)[0])};")
h, _, ey = np.histogram2d(x, y, bins=[wide, 4])
d, _, _ = np.histogram2d(x, y, bins=[wide, 4], density=True)
emit("/// Over `WIDE` by four bins: counts, the edges of these, density.")
emit(f"pub(crate) const TWO: &[i64] = &{h.astype(int).ravel().tolist()};")
emit(f"pub(crate) const TWO_EDGES: &[f64] = {numbers(ey)};")
emit(f"pub(crate) const TWO_DENSITY: &[f64] = {numbers(d.ravel())};")
