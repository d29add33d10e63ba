//! Fused programs as data.

mod verify;

use chunkwise_core::{DType, Scalar};
use smallvec::SmallVec;

use crate::Op;
use crate::reduce::ReduceOp;

/// A register: one value per position of the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Reg(pub u32);

/// One instruction.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Instr {
    /// What to compute.
    pub op: Op,
    /// Where the result goes; no register is written twice.
    pub dst: Reg,
    /// The operands, all written before.
    pub src: SmallVec<[Reg; 3]>,
}

/// A reduction of a register over some axes of the box.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reduction {
    /// What it computes.
    pub op: ReduceOp,
    /// What it reduces.
    pub src: Reg,
    /// Axes of the box that it removes, one bit each (bit 0 is axis 0).
    pub axes: u64,
    /// Which group each element belongs to, if each group has a result of its own.
    pub groups: Option<Groups>,
}

/// The groups of a reduction.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Groups {
    /// The group of each element: an `i64` from zero, or a `bool` for one group to which it belongs or not. Elements of
    /// other groups are left out.
    pub by: Reg,
    /// How many groups there are.
    pub count: u32,
}

/// The elements of a register for which a mask is true, one after the other in row-major order.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Selection {
    /// The elements.
    pub src: Reg,
    /// Which of them, a `bool` register.
    pub mask: Reg,
}

/// What to compute for every position of an n-dimensional box.
///
/// Inputs, coordinates and constants are registers too; instructions write the rest. Results are stored
/// (`stores`) or reduced (`reductions`). Boxes may have any shape; the operands of each run are bound when it
/// is run.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Program {
    /// Number of axes of the boxes.
    pub ndim: usize,
    /// Type of every register.
    pub regs: Vec<DType>,
    /// Registers loaded from bound inputs, in the order in which inputs are bound.
    pub inputs: Vec<Reg>,
    /// `i64` registers that hold an affine function of the position, in the order in which they are bound.
    pub coords: Vec<Reg>,
    /// Registers with the same value everywhere.
    pub constants: Vec<(Reg, Scalar)>,
    /// Instructions, in order.
    pub instrs: Vec<Instr>,
    /// Registers written to bound outputs, in the order in which outputs are bound.
    pub stores: Vec<Reg>,
    /// Registers fed to reducers, in the order in which states are bound.
    pub reductions: Vec<Reduction>,
    /// Registers of which elements are selected, in the order in which places for them are bound.
    pub selections: Vec<Selection>,
}

/// What makes a program wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// An instruction that does not exist for its operands' types.
    #[error("{op} is not defined for {dtypes:?}")]
    Undefined {
        /// The instruction.
        op: String,
        /// Types of the operands.
        dtypes: Vec<DType>,
    },
    /// Registers read before they are written, written twice, of the wrong type, or out of range.
    #[error("malformed program: {0}")]
    Malformed(String),
}

impl Program {
    /// An empty program over boxes of `ndim` axes.
    pub fn new(ndim: usize) -> Self {
        Program { ndim, ..Program::default() }
    }

    fn reg(&mut self, dtype: DType) -> Reg {
        self.regs.push(dtype);
        Reg(u32::try_from(self.regs.len() - 1).expect("fewer than 2^32 registers"))
    }

    /// Adds an input.
    pub fn input(&mut self, dtype: DType) -> Reg {
        let reg = self.reg(dtype);
        self.inputs.push(reg);
        reg
    }

    /// Adds a coordinate register.
    pub fn coord(&mut self) -> Reg {
        let reg = self.reg(DType::I64);
        self.coords.push(reg);
        reg
    }

    /// Adds a constant.
    pub fn constant(&mut self, value: Scalar) -> Reg {
        let reg = self.reg(value.dtype());
        self.constants.push((reg, value));
        reg
    }

    /// Adds an instruction and returns the register of its result.
    ///
    /// # Errors
    /// [`ProgramError::Undefined`] when the instruction does not exist for these types.
    pub fn push(&mut self, op: Op, src: &[Reg]) -> Result<Reg, ProgramError> {
        let dtypes: SmallVec<[DType; 3]> = src.iter().map(|r| self.regs[r.0 as usize]).collect();
        let dtype = op
            .result(&dtypes)
            .ok_or_else(|| ProgramError::Undefined { op: op.name().into(), dtypes: dtypes.to_vec() })?;
        let dst = self.reg(dtype);
        self.instrs.push(Instr { op, dst, src: src.into() });
        Ok(dst)
    }

    /// The type of a register.
    pub fn dtype(&self, reg: Reg) -> DType {
        self.regs[reg.0 as usize]
    }
}
