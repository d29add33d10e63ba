//! Making arrays.

mod eye;
mod fill;
mod function;
pub(crate) mod memory;
mod range;

pub use function::BlockInfo;
