#!/usr/bin/env python3
"""Reads with zarr-python what `zarr_for_python` has written: `zarr_python.py FOLDER`."""

import sys
from pathlib import Path

import numpy as np
import zarr

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES += ["float32", "float64", "complex64", "complex128"]
CODECS = ["none", "zstd", "gzip", "lz4", "lz4hc", "blosclz", "blosczstd", "zlib"]
VERSIONS = {"V2": 2, "V3": 3}


def elements(dtype: str) -> np.ndarray:
    n = (np.arange(23 * 17) % 100).reshape(23, 17)
    if dtype == "bool":
        return n % 2 == 1
    return (n - 1j * n).astype(dtype) if dtype.startswith("complex") else n.astype(dtype)


def check(folder: Path, name: str, expected: np.ndarray) -> zarr.Array:
    array = zarr.open_array(folder / name, mode="r")
    assert array.shape == expected.shape, f"{name}: shape {array.shape}"
    assert array.dtype == expected.dtype, f"{name}: dtype {array.dtype}"
    np.testing.assert_array_equal(array[...], expected, err_msg=name)
    return array


def main() -> None:
    folder = Path(sys.argv[1])
    count = 0
    for dtype in DTYPES:
        for kind in ["v2", "v3", "sharded"]:
            array = check(folder, f"{kind}-{dtype}", elements(dtype))
            assert array.attrs["made by"] == "chunkwise"
            assert array.metadata.zarr_format == (2 if kind == "v2" else 3)
            assert array.chunks == (4, 6) and array.shards == ((8, 18) if kind == "sharded" else None)
            count += 1
    x = elements("float64")
    for version, number in VERSIONS.items():
        for codec in CODECS:
            check(folder, f"{codec}-{version}", x)
            check(folder, f"{codec}-{version}-unchecked", x)
            count += 2
        sparse = check(folder, f"sparse-{version}", np.where(x < 50, x, np.nan))
        assert np.isnan(sparse.fill_value) and 0 < sparse.nchunks_initialized < sparse.nchunks
        named = check(folder, f"named-{version}", x)
        names = named.attrs["_ARRAY_DIMENSIONS"] if number == 2 else list(named.metadata.dimension_names)
        assert names == ["y", "x"]
        grown = np.concatenate([x, x])
        grown[1:6, 1:6] = 0
        check(folder, f"grown-{version}", grown)
        group = zarr.open_group(folder / f"group-{version}", mode="r")
        assert group.attrs["title"] == "a run" and sorted(group.array_keys()) == ["level"]
        np.testing.assert_array_equal(group["level"][...], x)
        assert list((folder / f"group-{version}" / "level" / ".chunkwise").iterdir())
        assert [name for name, _ in group.members(max_depth=None)] == ["level"]
        assert group["level"].nchunks_initialized == group["level"].nchunks
        whole = zarr.consolidate_metadata(folder / f"group-{version}")
        assert sorted(whole.array_keys()) == ["level"] and whole["level"].shape == x.shape
        count += 4
    print(f"{count} arrays are what zarr {zarr.__version__} should find")


if __name__ == "__main__":
    main()
