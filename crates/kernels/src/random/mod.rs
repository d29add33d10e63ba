//! Random values: an instruction that turns the index of an element into a draw from a distribution.
//!
//! Every value is a function of a key and the element's index. So it does not matter which elements are computed,
//! in what order, in which chunks and by how many threads, and a value that is needed again is drawn again.

mod bits;
mod check;
mod code;
mod distribution;
mod loops;
mod normal;
mod permutation;
#[cfg(test)]
mod tests;
mod uniform;

pub use bits::{ElementRng, Key};
pub(crate) use code::code;
pub use distribution::{Distribution, Draw, Parameter};
