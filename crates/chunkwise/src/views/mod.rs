//! Other ways of looking at an array: slices, moved, added and removed axes, broadcasts, and arrays joined.
//!
//! All are lazy and none copies: what is not looked at is never computed.

mod axes;
mod broadcast;
mod flip;
mod join;
mod mask;
mod permute;
mod reshape;
mod slice;

pub use join::{concatenate, stack};
pub use mask::{MaskOf, UNKNOWN};
pub use reshape::{Extent, ReshapeTo};
