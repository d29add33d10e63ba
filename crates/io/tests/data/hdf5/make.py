#!/usr/bin/env python3
"""Writes the files of this folder with h5py 3.16.0 and netCDF4 1.7.5: `python3 make.py`, in this folder.

Element i of each array, in row-major order, is i, and of the bools whether i divides by 3.
"""

import h5py
import netCDF4
import numpy as np

ramp = np.arange(35).reshape(5, 7)
DTYPES = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()

with h5py.File("types.h5", "w") as file:
    for dtype in DTYPES:
        file[dtype] = ramp.astype(dtype)
    file["bool"] = ramp % 3 == 0
    file["big"] = ramp.astype(">f8")
    file["text"] = "not numbers"
    file["scalar"] = np.float64(7)
    file["empty"] = np.zeros((0, 3), dtype="int16")
    group = file.create_group("group/inner")
    group.create_dataset("chunked", data=ramp.astype("int32"), chunks=(2, 3), compression="gzip", shuffle=True)
    group.create_dataset("checked", data=ramp.astype("float32"), chunks=(2, 3), fletcher32=True)

with netCDF4.Dataset("grid.nc", "w", format="NETCDF4") as file:
    file.createDimension("y", 5)
    file.createDimension("x", None)
    variable = file.createVariable("level", "f4", ("y", "x"), zlib=True, chunksizes=(2, 4))
    variable.units = "m"
    variable[...] = ramp
