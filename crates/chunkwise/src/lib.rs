//! Lazy n-dimensional arrays cut into ndarray blocks, fused and computed on every core, in bounded memory.
//!
//! A [`ChunkedArray`] is to ndarray's `Array` what a recipe is to a dish: building it touches no data. Its methods
//! and operators are named as ndarray's, with NumPy's broadcasting and reductions, and each returns another recipe.
//! [`compute`](ChunkedArray::compute) carries it out: chains of operations become single passes over blocks, blocks
//! run on all cores, and an ordinary ndarray comes back.
//!
//! ```
//! use chunkwise::prelude::*;
//! use ndarray::{Array1, Axis, s};
//!
//! // 200 MB of numbers that never exist at once
//! let x = ChunkedArray::from_shape_fn((5000, 5000), |(i, j)| (i + j) as f64)?;
//! println!("{x}"); // shape, chunks, bytes, tasks; nothing is computed
//!
//! let y = (&x * 2.0 + x.cos()).sum_axis(Axis(0))?; // one pass, no intermediate arrays
//! # let y = y.slice(s![..3])?;
//! let sums: Array1<f64> = y.compute()?;
//! let corner = x.slice(s![..;1000, ..2])?.compute()?; // computes ten numbers
//! assert_eq!(corner[[4, 1]], 4001.0);
//!
//! let centred = &x - x.mean_axis(keep(Axis(0)))?;
//! let (spread, largest) = compute((centred.std(0.0).value(), x.max().value()))?; // shared work is done once
//! assert_eq!(largest, 9998.0);
//! # assert!(sums[0] > 0.0 && spread > 0.0);
//! # Ok::<(), chunkwise::Error>(())
//! ```
//!
//! # Where things are
//!
//! - making arrays: [`zeros`](ChunkedArray::zeros), [`arange`](ChunkedArray::arange),
//!   [`from_shape_fn`](ChunkedArray::from_shape_fn), [`from_array`](ChunkedArray::from_array),
//!   [`from_npy`](ChunkedArray::from_npy) and their relatives; shapes take chunks by [`ShapeExt::chunked`];
//! - random ones: the methods of [`Generator`];
//! - working with them: operators and the methods of [`ChunkedArray`], [`concatenate`] and [`stack`];
//! - products: [`dot`](ChunkedArray::dot), [`matmul`](ChunkedArray::matmul), [`tensordot`](ChunkedArray::tensordot) and
//!   [`outer`](ChunkedArray::outer);
//! - statistics: [`histogram`](ChunkedArray::histogram), [`histogram2d`] and [`histogramdd`];
//!   [`groupby`](ChunkedArray::groupby) reduces by [`Labels`]; [`median`](ChunkedArray::median),
//!   [`quantile`](ChunkedArray::quantile), [`sort_axis`](ChunkedArray::sort_axis) and [`topk`](ChunkedArray::topk) order;
//! - any other work: functions made lazy by [`delayed()`], in one graph with arrays; a [`Client`] runs it in the
//!   background;
//! - values: [`compute()`], [`persist`](ChunkedArray::persist), [`write_npy`](ChunkedArray::write_npy), in a
//!   [`Config`] where the default does not suit; [`explain`](ChunkedArray::explain) tells what they would do;
//! - looking: [`visualize`](ChunkedArray::visualize) and [`Picture`] draw the graph of a computation,
//!   [`to_html`](ChunkedArray::to_html) the chunks of an array.

mod array;
mod axes;
mod bytes;
mod card;
mod chunks;
mod compute;
mod config;
mod create;
pub mod delayed;
mod display;
mod elementwise;
mod engine;
mod error;
pub mod futures;
mod groupby;
mod hints;
mod histogram;
mod late;
mod linalg;
mod memory;
mod npy;
mod operand;
mod operators;
mod order;
pub mod prelude;
mod random;
mod recall;
mod reduce;
mod scan;
mod shape;
mod storage;
mod views;
mod visualize;
mod watching;

pub use array::{
    ChunkedArray, ChunkedArray0, ChunkedArray1, ChunkedArray2, ChunkedArray3, ChunkedArray4, ChunkedArray5,
    ChunkedArray6, ChunkedArrayD,
};
pub use axes::{Axes, Keep, keep};
pub use bytes::{Bytes, bytes};
pub use chunks::{Auto, AxisSpec, ChunkSpec, Full};
pub use compute::{Compute, Roots, Value, Values, Write, compute, explain};
pub use config::Config;
pub use create::BlockInfo;
pub use delayed::{Data, Delayed, DelayedFn, IntoArg, delayed, try_delayed};
pub use error::{Error, Result};
pub use futures::{Client, TaskHandle};
pub use groupby::{GroupBy, Labels};
pub use histogram::{
    Bins, Histogram, Histogram2, HistogramD, histogram2d, histogram2d_weighted, histogramdd,
    histogramdd_weighted,
};
pub use linalg::{AtLeast2, DotRhs, TensordotAxes};
pub use operand::{Broadcast, Broadcast3, BroadcastDim, Operand};
pub use order::{Interpolation, Pick, QuantileMethod, Quantiles, QuantilesBy, QuantilesOf};
pub use random::{Floats, Generator};
pub use shape::{Chunked, IntoShape, ShapeExt};
pub use storage::{Sink, Source};
pub use views::{Extent, MaskOf, ReshapeTo, UNKNOWN, concatenate, stack};
pub use visualize::{Detail, Direction, Picture, visualize};
#[cfg(feature = "progress")]
pub use watching::Progress;
pub use watching::{OpReport, Profile, ProfileReport, ThreadReport};

pub use chunkwise_core::{
    AxisChunks, Bits, BoxError, DType, Element, Error as ArgumentError, Inexact, Integer, Number, Ordered,
    Real, Signed,
};
pub use chunkwise_exec::{
    CancelToken, Event, ExecError, Interest, Listener, Observer, OutOfMemory, Outcome, RunInfo, StageSummary,
    Stats, Thread,
};
pub use chunkwise_expr::{Explanation, ExprError};
#[cfg(feature = "zarr")]
pub use chunkwise_io::{
    BloscCodec, BloscShuffle, ZarrArray, ZarrCompressor, ZarrGroup, ZarrOptions, ZarrVersion,
};
pub use chunkwise_io::{ByteOrder, NpyError, NpyErrorKind, RawOptions, StoreError, StoreErrorKind};
#[cfg(feature = "hdf5")]
pub use chunkwise_io::{Hdf5Options, Hdf5Writer, hdf5_names};
#[cfg(feature = "npz")]
pub use chunkwise_io::{NpzWriter, npz_names};
pub use chunkwise_plan::{Cause, Origin, StageKind, TaskError};
#[cfg(feature = "object-store")]
pub use object_store;
#[cfg(feature = "zarr")]
pub use serde_json;

pub use ndarray_rand::{rand, rand_distr};
pub use {ndarray, num_complex};

/// README's example, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
