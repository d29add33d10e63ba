//! Bins: which of a histogram's an element falls into.

use chunkwise_kernels::Op;
use chunkwise_kernels::bins::Bins;

use super::{Accuracy::*, ElementwiseDef, Operands};

/// The number of the bin, of bins that are known.
pub(super) static BIN: ElementwiseDef = ElementwiseDef {
    name: "bin",
    instances: &[
        Op::Bin(Bins::uniform(1, 0.0, 1.0)),
        Op::Bin(Bins::uniform(10, -1.0, 1.0)),
        Op::Bin(Bins::uniform(97, -1e3, 1e19)),
        Op::Bin(Bins::uniform(1 << 31, -2.5, 0.1)),
        Op::Bin(Bins::uniform(7, 0.0, 5e-324)),
        Op::Bin(Bins::uniform(50, 1.0, 1.0 + 4.0 * f64::EPSILON)),
    ],
    operands: Operands::Double,
    summary: "number of the bin that x falls into, -1 for none; the last one has its upper edge",
    cost: 15,
    accuracy: Exact,
    reference: reference!(bin),
};

/// The number of the bin, of bins of equal width between two operands.
pub(super) static BIN_BETWEEN: ElementwiseDef = ElementwiseDef {
    name: "bin_between",
    instances: &[Op::BinBetween(1), Op::BinBetween(10), Op::BinBetween(1 << 31)],
    operands: Operands::Double,
    summary: "number of the bin of equal width between lo and hi that x falls into, -1 for none",
    cost: 30,
    accuracy: Exact,
    reference: reference!(bin),
};
