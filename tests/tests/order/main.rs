//! Order statistics and sorting: NumPy's values, sorting as the oracle, any chunks, types and layouts, and what plans of
//! them consist of.

mod fixtures;
#[rustfmt::skip]
mod numpy;
mod lanes;
mod plans;
mod runs;
mod selections;
mod support;
