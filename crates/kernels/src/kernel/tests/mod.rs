//! Kernels against an interpreter that evaluates programs one position at a time.

mod boxes;
mod draws;
mod joined;
mod long;
mod oracle;
mod panics;
mod reductions;
