//! What every layer of Chunkwise shares: element types, chunk grids, index maps, memory blocks and errors.
//!
//! Nothing here computes. The [`DType`] and [`Element`] pair ties run-time types to Rust types, a [`Grid`]
//! cuts a shape into chunks, a [`View`] maps the indices of one array to those of another, and a [`Block`] is
//! a strided piece of memory with a dtype.

mod block;
mod buffer;
mod chunking;
mod counted;
mod dispatch;
mod dtype;
mod element;
mod error;
mod grid;
mod reshape;
mod scalar;
mod shape;
mod source;
mod view;

pub use block::Block;
pub use buffer::{Buffer, MemoryBound, PoolStats};
pub use chunking::AxisChunks;
pub use counted::counted;
pub use dtype::DType;
pub use element::{Bits, Element, Inexact, Integer, Number, Ordered, Real, Signed};
pub use error::{Error, Result};
pub use grid::{AxisGrid, Grid};
pub use reshape::{ReshapedView, for_flat_boxes, reshaped_grid, reshaped_view, unit_axes_view};
pub use scalar::Scalar;
pub use shape::{Shape, Strides, broadcast_shapes, byte_len, checked_len, row_major_strides};
pub use source::{BlockFn, BoxError, RegionSink, RegionSource, SpillSpace, is_transient};
pub use view::{AxisMap, View};

#[doc(hidden)]
pub use num_complex::Complex;
