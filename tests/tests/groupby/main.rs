//! Grouped reductions: every reduction of every type by groups, and the methods of `groupby`.

mod methods;
mod reductions;
mod runs;
