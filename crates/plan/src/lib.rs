//! Plans: what tasks there are, what each reads, what it costs in memory, and how it is run.

mod graph;

pub use graph::{TaskGraph, TaskId};
