//! Bins of histograms: instructions that turn a value into the number of the bin that it falls into.
//!
//! They follow `numpy.histogram` to the last bit. The last bin has its upper edge, the others have not; what lies
//! outside and what is NaN has number -1, which no group of a reduction has.

mod code;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use code::{between, code};
use serde::{Deserialize, Serialize};

use crate::random::Parameter;

/// The most bins of equal width: numbers beyond are not exact within the instruction.
pub const MOST: u32 = 1 << 31;

/// Bins known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bins {
    /// `count` bins of equal width.
    Uniform {
        /// The lower edge of the first.
        lo: Parameter,
        /// The upper edge of the last.
        hi: Parameter,
        /// How many there are.
        count: u32,
    },
    /// Bins between neighbouring edges.
    Edges(Arc<[Parameter]>),
}

impl Bins {
    /// Bins of equal width.
    pub const fn uniform(count: u32, lo: f64, hi: f64) -> Self {
        Bins::Uniform { lo: Parameter::new(lo), hi: Parameter::new(hi), count }
    }

    /// Bins between neighbouring edges.
    pub fn edges(edges: impl IntoIterator<Item = f64>) -> Self {
        Bins::Edges(edges.into_iter().map(Parameter::new).collect())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Bins::Uniform { count, .. } => *count as usize,
            Bins::Edges(edges) => edges.len().saturating_sub(1),
        }
    }

    /// The edges, one more than bins: those of equal width as `numpy.linspace` computes them.
    ///
    /// ```
    /// use chunkwise_kernels::bins::Bins;
    ///
    /// assert_eq!(Bins::uniform(2, 0.0, 3.0).all_edges(), [0.0, 1.5, 3.0]);
    /// ```
    pub fn all_edges(&self) -> Vec<f64> {
        match self {
            Bins::Uniform { lo, hi, count } => {
                let uniform = code::Uniform::new(lo.get(), hi.get(), f64::from(*count));
                (0..*count).map(|i| uniform.edge(f64::from(i))).chain([hi.get()]).collect()
            }
            Bins::Edges(edges) => edges.iter().map(|edge| edge.get()).collect(),
        }
    }

    /// Whether these are bins.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Bins::Uniform { lo, hi, count } => {
                let (lo, hi) = (lo.get(), hi.get());
                check_count(*count as usize)?;
                if lo >= hi || lo.is_nan() || hi.is_nan() {
                    return Err(format!("there is nothing between {lo} and {hi}"));
                }
                if !(hi - lo).is_finite() {
                    return Err(format!("the distance from {lo} to {hi} is not finite"));
                }
            }
            Bins::Edges(edges) => {
                if edges.len() < 2 {
                    return Err(format!("bins lie between edges, of which there are {}", edges.len()));
                }
                check_count(edges.len() - 1)?;
                if edges.iter().any(|edge| edge.get().is_nan()) {
                    return Err("an edge is NaN".to_owned());
                }
                if let Some(pair) = edges.windows(2).find(|pair| pair[0].get() > pair[1].get()) {
                    let (before, after) = (pair[0].get(), pair[1].get());
                    return Err(format!("edges must increase, but {after} comes after {before}"));
                }
            }
        }
        Ok(())
    }
}

/// Whether there can be so many bins.
///
/// # Errors
/// Why not.
pub fn check_count(count: usize) -> Result<(), String> {
    match count {
        0 => Err("there must be a bin at least".to_owned()),
        _ if count > MOST as usize => Err(format!("{count} bins are more than 2^31")),
        _ => Ok(()),
    }
}
