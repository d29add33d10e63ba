//! Reductions of groups: a second register says which group each element belongs to.
//!
//! A state has the cells of every group one after the other, and for each cell the number of elements that it has
//! taken in, after the fields of the reduction (`state.rs`). A tile is sorted by group first (`sort.rs`), and each
//! group's run goes through the loop that serves elements without groups (`loops.rs`). Masks are the case of one group,
//! to which an element belongs or not. Where nothing but the counts is wanted, as in histograms, nothing is sorted
//! (`tally.rs`).

mod loops;
mod sort;
mod state;
mod tally;

pub(crate) use loops::{GroupedTile, Loops, Memory};
pub use state::{NoElements, OfNothing, Reason, bytes, finish, init, merge};
