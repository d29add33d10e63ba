//! What a program must satisfy before a kernel may trust it.

use chunkwise_core::DType;
use smallvec::SmallVec;

use super::{Program, ProgramError, Reg};

impl Program {
    /// Checks that every register is written once and before it is read, and that every instruction, store
    /// and reduction exists for the types of its operands.
    ///
    /// # Errors
    /// The first thing that is wrong, as a [`ProgramError`].
    pub fn verify(&self) -> Result<(), ProgramError> {
        if self.ndim > 64 {
            return Err(malformed(format_args!("{} axes are more than 64", self.ndim)));
        }
        let mut written = Written { dtypes: &self.regs, done: vec![false; self.regs.len()] };
        for &reg in &self.inputs {
            written.write(reg, None)?;
        }
        for &reg in &self.coords {
            written.write(reg, Some(DType::I64))?;
        }
        for &(reg, value) in &self.constants {
            written.write(reg, Some(value.dtype()))?;
        }
        let mut operands: SmallVec<[DType; 3]> = SmallVec::new();
        for instr in &self.instrs {
            operands.clear();
            for &reg in &instr.src {
                operands.push(written.read(reg)?);
            }
            let result = instr.op.result(&operands).ok_or_else(|| ProgramError::Undefined {
                op: instr.op.name().into(),
                dtypes: operands.to_vec(),
            })?;
            written.write(instr.dst, Some(result))?;
        }
        for &reg in &self.stores {
            written.read(reg)?;
        }
        for reduction in &self.reductions {
            let dtype = written.read(reduction.src)?;
            if reduction.op.result(dtype).is_none() {
                return Err(ProgramError::Undefined {
                    op: format!("{:?}", reduction.op),
                    dtypes: vec![dtype],
                });
            }
            if self.ndim < 64 && reduction.axes >> self.ndim != 0 {
                return Err(malformed(format_args!(
                    "reduction over axes {:#b} of boxes with {} axes",
                    reduction.axes, self.ndim
                )));
            }
            let Some(groups) = reduction.groups else { continue };
            match written.read(groups.by)? {
                DType::Bool if groups.count == 1 => {}
                DType::I64 => {}
                dtype => {
                    return Err(malformed(format_args!("{} groups cannot be told by {dtype}", groups.count)));
                }
            }
            if reduction.op.locates() {
                return Err(malformed(format_args!("{} has no groups", reduction.op.name())));
            }
        }
        for selection in &self.selections {
            written.read(selection.src)?;
            let mask = written.read(selection.mask)?;
            if !mask.is_bool() {
                return Err(malformed(format_args!("a mask of {mask}")));
            }
        }
        Ok(())
    }
}

/// Which registers have a value so far.
struct Written<'a> {
    dtypes: &'a [DType],
    done: Vec<bool>,
}

impl Written<'_> {
    fn write(&mut self, reg: Reg, expected: Option<DType>) -> Result<(), ProgramError> {
        let Some(done) = self.done.get_mut(reg.0 as usize) else {
            return Err(malformed(format_args!("register {} does not exist", reg.0)));
        };
        if std::mem::replace(done, true) {
            return Err(malformed(format_args!("register {} is written twice", reg.0)));
        }
        let dtype = self.dtypes[reg.0 as usize];
        match expected {
            Some(expected) if expected != dtype => Err(malformed(format_args!(
                "register {} is {dtype}, what is written to it {expected}",
                reg.0
            ))),
            _ => Ok(()),
        }
    }

    fn read(&self, reg: Reg) -> Result<DType, ProgramError> {
        match self.done.get(reg.0 as usize) {
            Some(true) => Ok(self.dtypes[reg.0 as usize]),
            Some(false) => Err(malformed(format_args!("register {} is read before it is written", reg.0))),
            None => Err(malformed(format_args!("register {} does not exist", reg.0))),
        }
    }
}

fn malformed(what: std::fmt::Arguments<'_>) -> ProgramError {
    ProgramError::Malformed(what.to_string())
}

#[cfg(test)]
mod tests {
    use chunkwise_core::Scalar;

    use super::*;
    use crate::reduce::ReduceOp;
    use crate::{Binary, Instr, Op, Reduction};

    /// `x + 1` over 2-D boxes, stored and summed.
    fn sample() -> Program {
        let mut p = Program::new(2);
        let x = p.input(DType::F64);
        let one = p.constant(Scalar::new(1.0f64));
        let y = p.push(Op::Binary(Binary::Add), &[x, one]).unwrap();
        p.stores.push(y);
        p.reductions.push(Reduction { op: ReduceOp::Sum, src: y, axes: 0b10, groups: None });
        p
    }

    fn refused(change: impl FnOnce(&mut Program)) -> String {
        let mut p = sample();
        change(&mut p);
        p.verify().unwrap_err().to_string()
    }

    #[test]
    fn accepts_a_sound_program() {
        sample().verify().unwrap();
    }

    #[test]
    fn names_what_is_wrong() {
        assert!(refused(|p| p.ndim = 65).contains("65 axes"));
        assert!(refused(|p| p.inputs.push(Reg(9))).contains("register 9 does not exist"));
        assert!(refused(|p| p.inputs.push(Reg(0))).contains("register 0 is written twice"));
        assert!(refused(|p| p.instrs[0].dst = Reg(1)).contains("register 1 is written twice"));
        assert!(refused(|p| p.regs[2] = DType::F32).contains("register 2 is f32"));
        assert!(refused(|p| p.constants[0].1 = Scalar::new(1i32)).contains("register 1 is f64"));
        assert!(refused(|p| p.coords.push(Reg(0))).contains("twice"));
        assert!(refused(|p| p.stores.push(Reg(3))).contains("register 3 does not exist"));
        assert!(refused(|p| p.reductions[0].axes = 0b100).contains("reduction over axes 0b100"));
        let early = |p: &mut Program| {
            p.regs.push(DType::F64);
            let instr = Instr { op: Op::Copy, dst: Reg(3), src: [Reg(2)].into_iter().collect() };
            p.instrs.insert(0, instr);
        };
        assert!(refused(early).contains("register 2 is read before it is written"));
    }

    #[test]
    fn names_the_operation_that_does_not_exist() {
        let mut p = sample();
        p.regs[0] = DType::I32;
        assert!(
            matches!(p.verify(), Err(ProgramError::Undefined { dtypes, .. }) if dtypes == [DType::I32, DType::F64])
        );
        let mut p = Program::new(1);
        let z = p.input(DType::C64);
        p.reductions.push(Reduction { op: ReduceOp::ArgMax, src: z, axes: 1, groups: None });
        assert!(matches!(p.verify(), Err(ProgramError::Undefined { dtypes, .. }) if dtypes == [DType::C64]));
    }
}
