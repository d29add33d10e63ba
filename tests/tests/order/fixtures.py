"""Writes numpy.rs: quantiles, medians and sorted arrays as NumPy has them.

    python fixtures.py > numpy.rs
"""

import textwrap
import warnings

import numpy as np

warnings.simplefilter("ignore")

ARRAYS = [
    [3.5],
    [2.0, -1.0],
    [0.3, 0.1, 0.2],
    [7.0, 7.0, 1.0, 7.0],
    [1e308, -1e308, 0.1, 5e-324, -0.0],
    [0.1 * ((7 * i) % 10) for i in range(10)],
    [((5 * i) % 11) / 3 for i in range(11)],
    [np.inf, 1.0, -np.inf, 2.0, 3.0, np.inf],
    [1.0, np.nan, 3.0, 0.7],
    [np.nan, np.nan],
]
FRACTIONS = [0.0, 0.1, 0.25, 1 / 3, 0.375, 0.5, 0.6, 0.75, 0.9, 1.0]
METHODS = [
    "inverted_cdf",
    "closest_observation",
    "lower",
    "higher",
    "nearest",
    "averaged_inverted_cdf",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "midpoint",
]


def block():
    """Numbers of three axes, a few of them NaN."""
    x = np.array([((37 * i) % 61) / 8 - 3 for i in range(60)]).reshape(3, 4, 5)
    x[1, 2, 3] = x[0, :, 1] = np.nan
    return x


def number(x):
    if np.isnan(x):
        return "NAN"
    if np.isinf(x):
        return "INF" if x > 0 else "-INF"
    return repr(float(x))


def listed(values):
    return "&[" + ", ".join(number(v) for v in values) + "]"


def table(name, doc, kind, rows):
    print(f"\n/// {doc}\npub(crate) const {name}: &[{kind}] = &[")
    for row in rows:
        print("\n".join(textwrap.wrap(row + ",", 113, break_long_words=False)))
    print("];")


print(f"//! What NumPy {np.__version__} computes; written by `fixtures.py`.")
print(
    "#![allow(clippy::approx_constant, clippy::excessive_precision, clippy::type_complexity,"
    ' reason = "numbers as printed")]'
)
print("\nconst NAN: f64 = f64::NAN;\nconst INF: f64 = f64::INFINITY;")
table("ARRAYS", "What quantiles are taken of.", "&[f64]", map(listed, ARRAYS))
table("FRACTIONS", "Which quantiles.", "f64", map(number, FRACTIONS))
for name, doc, function in [
    ("QUANTILES", "Quantiles of each array by each method.", np.quantile),
    ("NAN_QUANTILES", "The same without NaN.", np.nanquantile),
]:
    rows = [
        f'("{method}", &[' + ", ".join(listed(function(x, FRACTIONS, method=method)) for x in ARRAYS) + "])"
        for method in METHODS
    ]
    table(name, doc, "(&str, &[&[f64]])", rows)
medians = [f"({number(np.median(x))}, {number(np.nanmedian(x))})" for x in ARRAYS]
table("MEDIANS", "Median of each array, and median without NaN.", "(f64, f64)", medians)
x = block()
table("BLOCK", "An array of shape (3, 4, 5).", "f64", map(number, x.ravel()))
AXES = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
rows = []
for axes in AXES:
    results = [np.median(x, axes), np.nanmedian(x, axes)]
    results += [f(x, [0.2, 0.7], axes) for f in (np.quantile, np.nanquantile)]
    rows.append(f"(&{list(axes)}, " + ", ".join(listed(r.ravel()) for r in results) + ")")
table(
    "ALONG",
    "Along some of its axes: median, median without NaN, quantiles at 0.2 and 0.7 with and without NaN.",
    "(&[usize], &[f64], &[f64], &[f64], &[f64])",
    rows,
)
rows = []
for axis in range(3):
    order = np.argsort(x, axis, kind="stable").ravel()
    positions = ", ".join(str(i) for i in order)
    rows.append(f"({listed(np.sort(x, axis).ravel())}, &[{positions}])")
table("SORTED", "Sorted along each axis, and the positions of that.", "(&[f64], &[i64])", rows)
