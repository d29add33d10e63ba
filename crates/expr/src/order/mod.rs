//! Order statistics and sorting: building their nodes, and choosing how many lanes a task owns.

mod build;
mod sizes;
#[cfg(test)]
mod tests;

pub(crate) use sizes::units;
