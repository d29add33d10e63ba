//! Random arrays: that nothing but seed, stream and place decides their values, and that these have their
//! distribution.

mod choices;
mod distributions;
mod errors;
mod independence;
mod inference;
mod places;
mod statistics;
