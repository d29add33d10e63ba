#!/usr/bin/env python3
"""Writes the archives of this folder with NumPy 2.4.6: `python3 make.py`, in this folder.

Element i of each array, in row-major order, is i, and of the bools whether i divides by 3.
"""

import numpy as np

ramp = np.arange(35)
arrays = {
    "bool": (ramp % 3 == 0).reshape(5, 7),
    "fortran": np.asfortranarray(ramp.astype("float64").reshape(5, 7)),
    "big": ramp.astype(">i4").reshape(5, 7),
    "complex": ramp.astype("complex64").reshape(5, 7),
    "empty": np.zeros((0, 3), dtype="uint16"),
    "scalar": np.array(7, dtype="int8"),
}
np.savez("stored.npz", **arrays)
np.savez_compressed("compressed.npz", **arrays)
