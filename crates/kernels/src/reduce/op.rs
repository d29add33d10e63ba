//! The reductions by name, and their types.

use std::hash::{Hash, Hasher};

use chunkwise_core::DType;

/// What a reduction computes.
///
/// Two operations are equal when they compute the same: `ddof` is compared by its bits.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is documented where expressions define it, under the same name")]
pub enum ReduceOp {
    Sum,
    NanSum,
    Prod,
    NanProd,
    Mean,
    NanMean,
    /// Variance with `ddof` delta degrees of freedom; `std` takes the square root, `nan` skips NaN.
    Var {
        ddof: f64,
        std: bool,
        nan: bool,
    },
    Min,
    Max,
    NanMin,
    NanMax,
    Ptp,
    Any,
    All,
    CountNonzero,
    ArgMin,
    ArgMax,
    NanArgMin,
    NanArgMax,
    First,
    Last,
    Count,
}

impl ReduceOp {
    /// Type of the result for operands of this type; `None` where the reduction is not defined.
    pub fn result(self, operand: DType) -> Option<DType> {
        use ReduceOp::*;
        let ordered = !operand.is_complex();
        Some(match self {
            Sum | NanSum | Prod | NanProd => operand.sum(),
            Mean | NanMean => operand.mean(),
            Var { .. } => operand.real(),
            Min | Max | NanMin | NanMax if ordered => operand,
            Ptp if ordered && !operand.is_bool() => operand,
            Any | All => DType::Bool,
            CountNonzero | Count => DType::I64,
            First | Last => operand,
            ArgMin | ArgMax | NanArgMin | NanArgMax if ordered => DType::I64,
            _ => return None,
        })
    }

    /// Whether the result is the index of an element.
    pub fn locates(self) -> bool {
        use ReduceOp::*;
        matches!(self, ArgMin | ArgMax | NanArgMin | NanArgMax)
    }

    /// Whether the reduction of no elements is an error.
    pub fn needs_elements(self) -> bool {
        use ReduceOp::*;
        matches!(
            self,
            Min | Max | NanMin | NanMax | Ptp | ArgMin | ArgMax | NanArgMin | NanArgMax | First | Last
        )
    }

    /// The name of the reduction, as NumPy calls it.
    ///
    /// ```
    /// use chunkwise_kernels::reduce::ReduceOp;
    /// assert_eq!(ReduceOp::Var { ddof: 1.0, std: true, nan: false }.name(), "std");
    /// ```
    pub fn name(self) -> &'static str {
        use ReduceOp::*;
        match self {
            Sum => "sum",
            NanSum => "nansum",
            Prod => "prod",
            NanProd => "nanprod",
            Mean => "mean",
            NanMean => "nanmean",
            Var { std: false, nan: false, .. } => "var",
            Var { std: true, nan: false, .. } => "std",
            Var { std: false, nan: true, .. } => "nanvar",
            Var { std: true, nan: true, .. } => "nanstd",
            Min => "min",
            Max => "max",
            NanMin => "nanmin",
            NanMax => "nanmax",
            Ptp => "ptp",
            Any => "any",
            All => "all",
            CountNonzero => "count_nonzero",
            ArgMin => "argmin",
            ArgMax => "argmax",
            NanArgMin => "nanargmin",
            NanArgMax => "nanargmax",
            First => "first",
            Last => "last",
            Count => "count",
        }
    }

    /// Name and bits of the parameter: what two operations are compared by.
    fn key(self) -> (&'static str, u64) {
        match self {
            ReduceOp::Var { ddof, .. } => (self.name(), ddof.to_bits()),
            _ => (self.name(), 0),
        }
    }
}

impl PartialEq for ReduceOp {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ReduceOp {}

impl Hash for ReduceOp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
