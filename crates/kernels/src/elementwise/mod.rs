//! What the elementwise instructions do: one loop per instruction and type.

use chunkwise_core::DType;

use crate::Op;
use crate::isa::{Code, Isa};

impl Op {
    /// The name used in messages and pictures, lower case: `add`, `cos`, `cast`, `mapv`.
    pub fn name(&self) -> &'static str {
        todo!()
    }

    /// Type of the result for operands of these types; `None` where the instruction is not defined.
    pub fn result(&self, operands: &[DType]) -> Option<DType> {
        let _ = operands;
        todo!()
    }
}

/// The loop for `op` over operands of these types, if it is defined.
#[expect(dead_code, reason = "skeleton")]
pub(crate) fn code(op: &Op, operands: &[DType], isa: Isa) -> Option<Code> {
    let _ = (op, operands, isa);
    todo!()
}
