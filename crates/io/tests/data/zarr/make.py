#!/usr/bin/env python3
"""Writes the Zarr arrays of this folder, and beside each the elements that it holds as an .npy file.

Made by zarr 3.1.6 and NumPy 2.4.6: `python3 make.py`, in this folder.
"""

import shutil
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import (
    BloscCodec,
    BytesCodec,
    Crc32cCodec,
    GzipCodec,
    ShardingCodec,
    TransposeCodec,
    ZstdCodec,
)
import numcodecs

HERE = Path(__file__).resolve().parent
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES += ["float32", "float64", "complex64", "complex128"]


def values(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Different from each other as far as the type allows, of both signs, infinite and NaN where there are such."""
    count = int(np.prod(shape))
    ramp = np.arange(count)
    if dtype == "bool":
        return (ramp % 3 == 0).reshape(shape)
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        info = np.iinfo(kind)
        step = max(1, info.max // max(count, 1))
        return (ramp.astype(kind) * kind.type(step) + kind.type(info.min if kind.kind == "i" else 1)).reshape(shape)
    array = (ramp - count / 3.0).astype(kind)
    if kind.kind == "c":
        array = (array + 1j * (ramp * 0.5)).astype(kind)
    flat = array.reshape(-1)
    if count > 3:
        flat[1], flat[2], flat[3] = np.nan, np.inf, -np.inf
    return flat.reshape(shape)


def save(name: str, array: np.ndarray) -> None:
    np.save(HERE / f"{name}.npy", np.asarray(array, order="C"))


def make(name: str, data: np.ndarray, **options) -> zarr.Array:
    array = zarr.create_array(store=HERE / name, shape=data.shape, dtype=data.dtype, **options)
    array[...] = data
    save(name, data.astype(data.dtype.newbyteorder("=")))
    return array


def main() -> None:
    for entry in HERE.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.suffix == ".npy":
            entry.unlink()

    for dtype in DTYPES:
        data = values(dtype, (5, 7))
        make(f"v3-{dtype}", data, chunks=(2, 4), zarr_format=3)
        make(f"v2-{dtype}", data, chunks=(3, 7), zarr_format=2)

    data = values("float64", (6, 5, 4))
    plain = {"chunks": (4, 2, 3), "zarr_format": 3}
    make("v3-uncompressed", data, compressors=None, **plain)
    make("v3-gzip", data, compressors=GzipCodec(level=5), **plain)
    make("v3-blosc", data, compressors=BloscCodec(cname="lz4", clevel=5, shuffle="bitshuffle"), **plain)
    make("v3-blosc-zstd", data, compressors=BloscCodec(cname="zstd", shuffle="shuffle"), **plain)
    make("v3-crc32c", data, compressors=[ZstdCodec(level=1), Crc32cCodec()], **plain)
    make("v3-big", data, serializer=BytesCodec(endian="big"), **plain)
    make("v3-transpose", data, filters=[TransposeCodec(order=(2, 0, 1))], **plain)
    make("v3-sharded", data, shards=(4, 4, 4), chunks=(2, 2, 4), zarr_format=3)
    make(
        "v3-sharded-crc32c",
        data,
        chunks=(4, 4, 4),
        serializer=ShardingCodec(
            chunk_shape=(4, 2, 2),
            codecs=[TransposeCodec(order=(2, 1, 0)), BytesCodec(endian="big"), GzipCodec(), Crc32cCodec()],
            index_codecs=[BytesCodec(endian="little"), Crc32cCodec()],
            index_location="start",
        ),
        compressors=None,
        zarr_format=3,
    )
    make(
        "v3-sharded-transpose",
        data,
        chunks=(4, 4, 2),
        filters=[TransposeCodec(order=(1, 2, 0))],
        serializer=ShardingCodec(chunk_shape=(2, 2, 2), codecs=[BytesCodec()]),
        compressors=None,
        zarr_format=3,
    )

    plain = {"chunks": (4, 2, 3), "zarr_format": 2}
    make("v2-uncompressed", data, compressors=None, **plain)
    make("v2-blosc", data, compressors=numcodecs.Blosc(cname="lz4", clevel=5, shuffle=1), **plain)
    make("v2-zlib", data, compressors=numcodecs.Zlib(level=3), **plain)
    make("v2-gzip", data, compressors=numcodecs.GZip(level=3), **plain)
    make("v2-zstd", data, compressors=numcodecs.Zstd(level=3, checksum=True), **plain)
    make("v2-fortran", data, order="F", **plain)
    make("v2-slash", data, chunk_key_encoding={"name": "v2", "separator": "/"}, **plain)
    make("v2-big", data.astype(">f8"), **plain)
    make("v2-big-int", values("int32", (5, 7)).astype(">i4"), chunks=(2, 4), zarr_format=2)
    make("v2-big-complex", values("complex64", (5, 7)).astype(">c8"), chunks=(2, 4), zarr_format=2)

    # Chunks that were never written.
    for version in (2, 3):
        for dtype, fill in [("float32", np.nan), ("int16", -3), ("bool", True), ("complex128", 1 - 2j), ("float64", 0.1)]:
            name = f"v{version}-missing-{dtype}"
            array = zarr.create_array(
                store=HERE / name, shape=(5, 6), dtype=dtype, chunks=(2, 3), fill_value=fill, zarr_format=version
            )
            expected = np.full((5, 6), fill, dtype=dtype)
            expected[2:4, 0:4] = values(dtype, (2, 4))
            array[2:4, 0:4] = expected[2:4, 0:4]
            save(name, expected)
    array = zarr.create_array(
        store=HERE / "v3-missing-sharded", shape=(8, 6), dtype="int32", shards=(4, 6), chunks=(2, 3), fill_value=9
    )
    expected = np.full((8, 6), 9, dtype="int32")
    expected[0:2, 3:6] = [[1, 2, 3], [4, 5, 6]]
    array[0:2, 3:6] = expected[0:2, 3:6]
    save("v3-missing-sharded", expected)

    # Shapes that engines get wrong.
    make("v3-scalar", np.array(2.5), zarr_format=3)
    make("v2-scalar", np.array(-2, dtype="int8"), zarr_format=2)
    make("v3-empty", np.zeros((0, 3), dtype="int32"), chunks=(2, 2), zarr_format=3)
    make("v3-wide-chunk", values("uint16", (3, 2)), chunks=(10, 10), zarr_format=3)

    # A hierarchy.
    for version in (2, 3):
        root = zarr.create_group(HERE / f"group-v{version}", zarr_format=version, attributes={"title": "a run"})
        level = root.create_array("level", shape=(4,), dtype="float32", chunks=(3,), attributes={"units": "m"})
        level[...] = [1.0, 2.0, 3.0, 4.0]
        inner = root.create_group("inner", attributes={"depth": 1})
        deep = inner.create_array("deep", shape=(2, 2), dtype="int8", chunks=(2, 2))
        deep[...] = [[1, 2], [3, 4]]
    named = zarr.create_array(
        HERE / "v3-names", shape=(2, 3), dtype="int8", chunks=(2, 3), dimension_names=["y", None], attributes={"k": [1, None]}
    )
    named[...] = [[1, 2, 3], [4, 5, 6]]
    save("v3-names", np.array([[1, 2, 3], [4, 5, 6]], dtype="int8"))


if __name__ == "__main__":
    main()
