//! Which neighbouring instructions of a program one loop computes.

use chunkwise_core::DType;
use smallvec::{SmallVec, smallvec};

use super::schedule::sinks;
use crate::elementwise::joined::{Arithmetic, Joined};
use crate::reduce::{self, formula::Formula};
use crate::{Binary, Op, Program, Reduction, Reg, Unary};

/// What one loop computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Work<'p> {
    /// One instruction.
    Op(&'p Op),
    /// Several.
    Joined(Joined),
    /// A reduction, and what makes its operand. Nothing is written down.
    Sum { reduction: u32, formula: Formula },
}

/// One loop over a tile.
#[derive(Clone, Debug)]
pub(super) struct Job<'p> {
    pub(super) work: Work<'p>,
    pub(super) dst: Reg,
    pub(super) src: SmallVec<[Reg; 4]>,
}

/// The loops of a verified program, in order: its instructions, where an addition, subtraction or product of
/// floats that only another one reads is computed with that one, and what only a sum reads with the sum.
pub(super) fn jobs(program: &Program) -> Vec<Job<'_>> {
    let mut uses = vec![0u32; program.regs.len()];
    // What an instruction reads twice it reads once.
    let read = program.instrs.iter().flat_map(|instr| {
        let first = |(i, reg): (usize, &'_ Reg)| !instr.src[..i].contains(reg);
        instr.src.iter().enumerate().filter(move |&read| first(read)).map(|(_, reg)| reg)
    });
    for reg in read.chain(&program.stores).copied().chain(sinks(program).map(|(reg, _)| reg)) {
        uses[reg.0 as usize] += 1;
    }
    let mut makers = vec![u32::MAX; program.regs.len()];
    let mut jobs: Vec<Option<Job<'_>>> = Vec::with_capacity(program.instrs.len());
    for instr in &program.instrs {
        let dtype = program.dtype(instr.dst);
        let whole =
            Job { work: Work::Op(&instr.op), dst: instr.dst, src: instr.src.iter().copied().collect() };
        let inner = |reg: Reg| -> Option<(u32, Arithmetic, [Reg; 2])> {
            let maker = makers[reg.0 as usize];
            let job = jobs.get(maker as usize)?.as_ref().filter(|_| uses[reg.0 as usize] == 1)?;
            let Work::Op(op) = job.work else { return None };
            let (op, src) = arithmetic(op, &job.src)?;
            Some((maker, op, src))
        };
        let joined = match dtype {
            DType::F32 | DType::F64 => join(&instr.op, &instr.src, inner),
            _ => None,
        };
        let job = match joined {
            Some((joined, src, replaced)) => {
                for maker in replaced {
                    jobs[maker as usize] = None;
                }
                Job { work: Work::Joined(joined), src, ..whole }
            }
            None => whole,
        };
        makers[instr.dst.0 as usize] = jobs.len() as u32;
        jobs.push(Some(job));
    }
    for (reduction, Reduction { op, src, groups, .. }) in (0..).zip(&program.reductions) {
        let sums = groups.is_none() && reduce::formula::sums_formulas(*op, program.dtype(*src));
        if sums
            && uses[src.0 as usize] == 1
            && let Some(Some(job)) = jobs.get_mut(makers[src.0 as usize] as usize)
            && let Some((formula, src)) = formula(job)
        {
            *job = Job { work: Work::Sum { reduction, formula }, src, ..job.clone() };
        }
    }
    jobs.into_iter().flatten().collect()
}

/// What a sum may compute by itself, and of what.
fn formula(job: &Job<'_>) -> Option<(Formula, SmallVec<[Reg; 4]>)> {
    use Arithmetic::*;
    let formula = match job.work {
        Work::Op(op) => {
            let (op, operands) = arithmetic(op, &job.src)?;
            let formula = match op {
                Add => return None,
                Sub => Formula::Difference,
                Mul => Formula::Product,
            };
            return Some((formula, operands.into_iter().collect()));
        }
        Work::Joined(Joined::Squared(Sub)) => Formula::SquaredDifference,
        Work::Joined(Joined::Then(Mul, Mul)) => Formula::ProductOfThree,
        Work::Joined(Joined::Then(Sub, Mul)) => Formula::DifferenceTimes,
        Work::Joined(Joined::Then(Mul, Add)) => Formula::ProductPlus,
        Work::Joined(Joined::SumOfProducts) => Formula::SumOfProducts,
        Work::Joined(_) | Work::Sum { .. } => return None,
    };
    Some((formula, job.src.clone()))
}

/// The operation and its operands, if it is one that can be joined.
fn arithmetic(op: &Op, src: &[Reg]) -> Option<(Arithmetic, [Reg; 2])> {
    match op {
        Op::Binary(op) => Some((Arithmetic::of(*op)?, [src[0], src[1]])),
        Op::Unary(Unary::Square) | Op::Powi(2) => Some((Arithmetic::Mul, [src[0], src[0]])),
        _ => None,
    }
}

type Parts = (Joined, SmallVec<[Reg; 4]>, SmallVec<[u32; 2]>);

/// Joins an instruction with those that make its operands: what the loop computes, of what, in place of which
/// jobs. `inner` tells the job of an operand that nothing else reads.
fn join(op: &Op, src: &[Reg], inner: impl Fn(Reg) -> Option<(u32, Arithmetic, [Reg; 2])>) -> Option<Parts> {
    use Arithmetic::*;
    let twice = src.len() == 2 && src[0] == src[1];
    if matches!(op, Op::Unary(Unary::Square) | Op::Powi(2)) || (twice && *op == Op::Binary(Binary::Mul)) {
        let (maker, op, [a, b]) = inner(src[0])?;
        return Some((Joined::Squared(op), smallvec![a, b], smallvec![maker]));
    }
    let Op::Binary(op) = op else { return None };
    if twice {
        return None;
    }
    let outer = Arithmetic::of(*op)?;
    let (left, right) = (inner(src[0]), inner(src[1]));
    if let (Some((first, Mul, [a, b])), Some((second, Mul, [c, d]))) = (left, right) {
        let products = match op {
            Binary::Add => Some(Joined::SumOfProducts),
            Binary::Sub => Some(Joined::DifferenceOfProducts),
            _ => None,
        };
        if let Some(products) = products {
            return Some((products, smallvec![a, b, c, d], smallvec![first, second]));
        }
    }
    if let Some((maker, op, [a, b])) = left {
        return Some((Joined::Then(op, outer), smallvec![a, b, src[1]], smallvec![maker]));
    }
    let (maker, op, [a, b]) = right?;
    // Sums and products may be turned round.
    let joined = match outer {
        Sub => Joined::SubtractedFrom(op),
        Add | Mul => Joined::Then(op, outer),
    };
    Some((joined, smallvec![a, b, src[0]], smallvec![maker]))
}
