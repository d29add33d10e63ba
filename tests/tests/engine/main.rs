//! What the engine promises beyond values: the shape of plans, their wire form, the same bits on any number of
//! threads, memory within bounds, nesting and cancellation, errors of bad input, and expressions of any depth.

mod arrivals;
mod bad_input;
mod concurrency;
mod depth;
mod determinism;
mod failures;
mod hints;
mod memory;
mod plan_shape;
mod support;
mod wire;
