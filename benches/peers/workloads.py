"""What is run, by whom, and what is asked of it."""

from dataclasses import dataclass

ARRAYS = ("numpy", "dask", "jax")
EXPRESSIONS = ("numpy", "numexpr", "dask", "jax")


@dataclass(frozen=True)
class Workload:
    """One workload. Names are those of the `workload` binary, and of the methods of the peers' engines."""

    name: str
    text: str
    peers: tuple[str, ...] = ()
    # How many times faster than a peer we ask ourselves to be: than the one named, or else than the fastest.
    floor: float | None = None
    against: str | None = None
    # Other floors: seconds, and times of a copy of one matrix into memory that is already touched.
    within_seconds: float | None = None
    within_copies: float | None = None
    # What it has to move at least, in matrices (200 MB), and how often it has to multiply and add.
    read: float = 0.0
    written: float = 0.0
    flops: float = 0.0
    # By how much checksums may differ, relatively. Engines draw random numbers of their own.
    tolerance: float = 1e-9
    # Some engine takes seconds; `--quick` leaves it out.
    slow: bool = False
    note: str = ""

    @property
    def limits(self) -> tuple[str, ...]:
        """The measurements of the machine that say what it could take at least."""
        if self.flops:
            return ("dgemm",)
        return ("read", "copy", "copy_fresh") if self.read else ()


WORKLOADS = (
    Workload("sum", "sum of a", EXPRESSIONS, 0.97, read=1),
    Workload("chain", "sum(cos(a) * 2 + b * b)", EXPRESSIONS, 4.5, read=2),
    Workload("mean_axis0", "mean over axis 0 of (a - b)^2 * 0.5 + a", EXPRESSIONS, 2, read=2),
    Workload("dot", "a . (a + a.t) as an array", ARRAYS, 0.97, flops=2 * 5000**3, slow=True),
    Workload("mask", "a[a > 0.5] as an array", ARRAYS, 5, read=1, written=0.5),
    Workload("std_axis0", "std over axis 0", ARRAYS, 4, read=1),
    Workload("transpose", "a.t as a standard-layout array", ARRAYS, 2, read=1, written=1),
    Workload("median_axis0", "median over axis 0", ARRAYS, 3, read=1),
    Workload("cumsum_axis0", "cumulative sum over axis 0 as an array", ARRAYS, 3, read=1, written=1),
    Workload("stride", "a[::2, :] as an array", ARRAYS, 1.2, read=0.5, written=0.5),
    Workload(
        "closing",
        "normal(9, 1) + ones, masked by < 10, counts of 100 bins over [-9, 11]",
        ARRAYS,
        10,
        read=1,
        tolerance=2e-3,
    ),
    Workload(
        "randint_mean",
        "mean of a billion random integers below 100",
        ("numpy", "dask"),
        15,
        "dask",
        tolerance=1e-4,
        slow=True,
        note="NumPy draws a hundredth at a time; JAX would hold 8 GB",
    ),
    Workload(
        "dot_random",
        "x . (x + x.t) of random x of 10000 x 10000",
        ARRAYS,
        1.4,
        "dask",
        flops=2 * 10_000**3,
        tolerance=2e-3,
        slow=True,
    ),
    Workload("tiny_chunks", "(x + 1).sum() over 10000 one-element blocks", ("dask",), 100, slow=True),
    Workload("tiny_transpose", "(x + x.t()).sum() over 10000 blocks of 10 x 10", ("dask",), 100, slow=True),
    Workload(
        "million_tasks",
        "(x + 1).sum() over a million one-element blocks",
        within_seconds=1,
        note="dask would take minutes",
    ),
    Workload("rechunk", "100 x 5000 blocks to 5000 x 100, all in memory", ("dask",), 5, read=1, written=1),
    Workload(
        "reshape",
        "(5000, 5000) to (1000, 5000, 5), summed over axis 0",
        ("numpy", "jax"),
        within_copies=2,
        read=1,
        note="dask refuses",
    ),
    Workload("delayed_tree", "100000 delayed additions as a tree", ("dask",), within_seconds=0.1, slow=True),
)
