//! The exercises of the tutorials for lazy arrays, one test each, by their numbers.
//!
//! Where an exercise says large arrays, the test takes smaller ones and says by how much; the example
//! `tutorial_arrays` has the full sizes.

mod arrays;
mod closing;
mod example;
mod flights;
mod futures;
mod lazy;
mod loops;
mod support;
