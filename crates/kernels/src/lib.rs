//! The arithmetic of Chunkwise: one box of elements at a time, on one thread.
//!
//! A [`Program`] says what to compute for every position of an n-dimensional box: registers, instructions,
//! and what becomes of the results (stored, or fed to reducers). It is plain data. A [`Kernel`] is a program
//! made ready for this machine; [`Kernel::run`] executes it over one box, tile by tile, with every
//! intermediate in first-level cache.

mod args;
pub mod bins;
mod closure;
mod compress;
pub mod contract;
mod elementwise;
mod isa;
mod kernel;
mod op;
pub mod order;
mod program;
pub mod random;
pub mod reduce;
pub mod scan;

pub use closure::{Closure, ElementFn};
pub use isa::{Code, Isa};
pub use kernel::{
    ActiveClosure, Bind, Coord, Frame, Input, Kernel, Laid, Output, Selected, State, active_closure,
};
pub use op::{Binary, Op, Ternary, Unary};
pub use program::{Groups, Instr, Program, ProgramError, Reduction, Reg, Selection};
