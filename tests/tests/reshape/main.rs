//! Reshapes: any shape to any other of its size, in any chunks, of anything, without a copy where there can be none
//! and in bounded memory where there must be one.

mod plans;
mod values;
