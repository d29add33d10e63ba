//! Order statistics and sorting: stages whose tasks own whole lanes.
//!
//! What is ordered is computed a panel of lanes at a time into memory where each lane is dense, so that neither a
//! strided walk nor an array of what is ordered is ever needed.

mod run;
mod stage;

pub use stage::OrderStage;
