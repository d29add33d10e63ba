//! What can be done to a lane, and what it gives.

use std::sync::Arc;

use chunkwise_core::DType;
use serde::{Deserialize, Serialize};

use super::Method;
use crate::random::Parameter;

/// What is done to every lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderOp {
    /// The middle element, or the mean of the middle two. NaN where there is one, or left out if `nan`.
    Median {
        /// Whether NaN is left out.
        nan: bool,
    },
    /// Quantiles at fractions between 0 and 1. NaN where there is one, or left out if `nan`.
    Quantile {
        /// Which quantiles.
        fractions: Arc<[Parameter]>,
        /// What is done between elements.
        method: Method,
        /// Whether NaN is left out.
        nan: bool,
    },
    /// All elements in ascending order, NaN last.
    Sort,
    /// The positions of the elements in ascending order, those of equal elements ascending.
    ArgSort,
    /// The `k` largest elements in descending order, or the `-k` smallest in ascending order. NaN is larger than all.
    Top {
        /// How many, and which.
        k: i64,
    },
    /// The positions of what [`OrderOp::Top`] gives; of equal elements the first ones, in ascending order.
    ArgTop {
        /// How many, and which.
        k: i64,
    },
}

impl OrderOp {
    /// Type of the results for elements of this type; `None` where it is not defined.
    pub fn result(&self, operand: DType) -> Option<DType> {
        Some(match self {
            OrderOp::Sort => operand,
            OrderOp::ArgSort => DType::I64,
            _ if operand.is_complex() => return None,
            OrderOp::Quantile { method, .. } if method.selects() => operand,
            OrderOp::Median { .. } | OrderOp::Quantile { .. } => operand.mean(),
            OrderOp::Top { .. } => operand,
            OrderOp::ArgTop { .. } => DType::I64,
        })
    }

    /// How many results a lane of `n` elements gives.
    pub fn len(&self, n: usize) -> usize {
        match self {
            OrderOp::Median { .. } => 1,
            OrderOp::Quantile { fractions, .. } => fractions.len(),
            OrderOp::Sort | OrderOp::ArgSort => n,
            OrderOp::Top { k } | OrderOp::ArgTop { k } => {
                usize::try_from(k.unsigned_abs()).unwrap_or(usize::MAX).min(n)
            }
        }
    }

    /// Whether lanes give nothing, however long they are.
    pub fn is_empty(&self) -> bool {
        self.len(usize::MAX) == 0
    }

    /// Whether a lane without elements has no value.
    pub fn needs_elements(&self, operand: DType) -> bool {
        match self {
            // NaN stands for it where the result has one.
            OrderOp::Quantile { .. } if self.is_empty() => false,
            OrderOp::Quantile { nan, .. } => !*nan || !self.result(operand).is_some_and(DType::is_float),
            _ => false,
        }
    }

    /// Whether it works with elements that are left out by a mask.
    pub fn takes_mask(&self) -> bool {
        matches!(self, OrderOp::Median { .. } | OrderOp::Quantile { .. })
    }

    /// Whether the fractions are between 0 and 1.
    pub fn is_valid(&self) -> bool {
        match self {
            OrderOp::Quantile { fractions, .. } => fractions.iter().all(|q| (0.0..=1.0).contains(&q.get())),
            _ => true,
        }
    }

    /// Whether it gives every element of a lane, or the position of every one.
    pub fn keeps_elements(&self) -> bool {
        matches!(self, OrderOp::Sort | OrderOp::ArgSort)
    }

    /// Bytes that work on a lane of `n` elements needs besides lanes and results.
    pub fn scratch_bytes(&self, operand: DType, n: usize) -> usize {
        let each = match self {
            OrderOp::Median { .. } | OrderOp::Quantile { .. } => operand.size(),
            OrderOp::Sort if operand.is_complex() => operand.size(),
            OrderOp::Sort | OrderOp::Top { .. } => 0,
            OrderOp::ArgSort | OrderOp::ArgTop { .. } => 16,
        };
        n.saturating_mul(each)
    }

    /// What messages call it, after NumPy and dask.
    pub fn name(&self) -> &'static str {
        match self {
            OrderOp::Median { nan: false } => "median",
            OrderOp::Median { nan: true } => "nanmedian",
            OrderOp::Quantile { nan: false, .. } => "quantile",
            OrderOp::Quantile { nan: true, .. } => "nanquantile",
            OrderOp::Sort => "sort",
            OrderOp::ArgSort => "argsort",
            OrderOp::Top { .. } => "topk",
            OrderOp::ArgTop { .. } => "argtopk",
        }
    }
}
