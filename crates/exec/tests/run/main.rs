//! Graphs run through the public interface, on real threads.

mod alone;
mod failures;
mod jobs;
mod memory;
mod nesting;
mod observing;
mod support;
#[path = "../../src/testing.rs"]
mod testing;
mod threads;
mod values;
