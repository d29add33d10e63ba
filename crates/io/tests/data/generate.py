"""Writes the .npy files in this folder with NumPy (2.x): `python generate.py`.

`values` in ../npy.rs computes the same elements, so that the tests need no NumPy.
"""

from pathlib import Path

import numpy as np
from numpy.lib import format as npy

FOLDER = Path(__file__).parent
TYPES = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"]


def elements(name: str, shape: tuple[int, ...]) -> np.ndarray:
    i = np.arange(int(np.prod(shape)))
    dtype = np.dtype(name)
    if dtype.kind == "b":
        flat = i % 3 == 0
    elif dtype.kind in "iu":
        with np.errstate(over="ignore"):
            bits = i.astype("u8") * np.uint64(0x0123456789ABCDEF) + np.uint64(0x1122334455667788)
        flat = bits.astype(dtype)
    elif dtype.kind == "f":
        flat = (i / 7).astype(dtype) if dtype.itemsize == 8 else (i * 1.5 - 7.25).astype(dtype)
    else:
        flat = ((i * 1.5 - 7.25) + 1j * (2 - i * 0.5)).astype(dtype)
    return flat.reshape(shape)


for name in TYPES:
    array = elements(name, (3, 4))
    np.save(FOLDER / f"{name}.npy", array)
    np.save(FOLDER / f"{name}_big_fortran.npy", np.asfortranarray(array).astype(array.dtype.newbyteorder(">")))

np.save(FOLDER / "fortran_3d.npy", np.asfortranarray(elements("i4", (2, 3, 4))))
np.save(FOLDER / "zero_d.npy", elements("f8", ()) + 2.5)
np.save(FOLDER / "one_d.npy", elements("u2", (5,)))
np.save(FOLDER / "empty.npy", elements("f4", (2, 0, 3)))
for version in [(2, 0), (3, 0)]:
    with open(FOLDER / f"version_{version[0]}.npy", "wb") as file:
        npy.write_array(file, elements("i2", (3, 4)), version=version)

np.save(FOLDER / "refused_text.npy", np.array(["a", "bcdef"]))
np.save(FOLDER / "refused_half.npy", np.zeros(3, "f2"))
np.save(FOLDER / "refused_record.npy", np.zeros(2, [("x", "f8"), ("y", "i4", (2,))]))
np.save(FOLDER / "refused_date.npy", np.zeros(2, "M8[ns]"))
np.save(FOLDER / "refused_object.npy", np.array([None, {}], dtype=object), allow_pickle=True)
