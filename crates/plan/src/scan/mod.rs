//! Scans: running sums and products along an axis.
//!
//! The result is cut into cells. Where lanes are many, a cell passes the states of its lanes on to the next one along
//! the axis. Where they are few, what the cells add up to is found first, each cell by itself; a task for each cell
//! merges these totals into the states before it, and then the cell is scanned. Elements are computed once: to where
//! the result goes, in small pieces that are scanned in place while they are in cache.

mod pieces;
mod run;
mod stage;

pub use stage::{ScanPlace, ScanRole, ScanStage};
