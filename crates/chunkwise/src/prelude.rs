//! What most programs use: `use chunkwise::prelude::*;`.
//!
//! [`Result`](crate::Result) and [`Error`](enum@crate::Error) are left out, so that the glob shadows neither std's nor
//! anyone's own.

pub use crate::{
    Auto, Axes, Bins, Bits, CancelToken, ChunkSpec, ChunkedArray, ChunkedArray0, ChunkedArray1,
    ChunkedArray2, ChunkedArray3, ChunkedArray4, ChunkedArray5, ChunkedArray6, ChunkedArrayD, Client,
    Compute, Config, DType, Delayed, DelayedFn, Element, Full, Generator, Inexact, Integer, IntoShape,
    Labels, Number, Operand, Ordered, Real, ShapeExt, Signed, TaskHandle, bytes, compute, concatenate,
    delayed, explain, keep, stack, try_delayed,
};
