//! The names of scans, and what they are defined for.

use chunkwise_core::DType;

/// What a scan makes of the elements up to and including each one along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ScanOp {
    /// Their sum.
    Sum,
    /// Their product.
    Prod,
}

impl ScanOp {
    /// The name of the scan, as NumPy calls it.
    ///
    /// ```
    /// use chunkwise_kernels::scan::ScanOp;
    /// assert_eq!(ScanOp::Sum.name(), "cumsum");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            ScanOp::Sum => "cumsum",
            ScanOp::Prod => "cumprod",
        }
    }

    /// Whether elements of this type can be scanned, to results of the same type: those that sums have.
    pub fn is_defined(self, dtype: DType) -> bool {
        dtype.sum() == dtype
    }

    /// Bytes of the states of so many lanes of elements of this type.
    pub fn state_bytes(self, dtype: DType, lanes: usize) -> usize {
        let lane = match (self, dtype) {
            (ScanOp::Sum, DType::C64) => 32,
            (ScanOp::Sum, DType::F64) => 16,
            _ if dtype.is_complex() => 16,
            _ => 8,
        };
        lane * lanes
    }

    /// Whether elements must be taken one after the other. Otherwise parts may be taken apart and merged.
    ///
    /// Products of floats overflow and underflow on the way: a zero times a part that has overflowed is NaN, where
    /// one element after the other gives zero.
    pub fn is_in_order(self, dtype: DType) -> bool {
        self == ScanOp::Prod && !dtype.is_integer()
    }
}
