//! The order of work on one tile: when inputs are loaded, what runs, what is stored and reduced.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chunkwise_core::{DType, Scalar};
use smallvec::SmallVec;

use super::blame::Origin;
use super::join::{Job, Work, jobs};
use crate::reduce::formula::Formula;
use crate::{Code, Isa, Op, Program, ProgramError, Reduction, Reg, Selection, elementwise};

/// Constants that have a tile of their own for as long as a frame serves the kernel. Others are written
/// again whenever they are needed, so that a program with a million constants needs no million tiles.
pub(super) const PINNED: usize = 8;

/// One thing to do with a tile. Operands are registers until [`places`](super::places) replaces them by
/// the places where they live.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Bring an input to `dst`.
    Load { input: u32, dst: u32 },
    /// Compute a coordinate.
    Coord { coord: u32, dst: u32 },
    /// Write a constant that is not pinned.
    Fill { constant: u32, dst: u32 },
    /// Run a built-in instruction on `count` operands from `first` in [`Schedule::operands`], of which some
    /// [repeat](Args::repeats).
    Apply { code: u32, dst: u32, first: u32, count: u8, repeating: u8 },
    /// Run a draw over the places that a coordinate stands for, which nobody writes down.
    Draw { code: u32, dst: u32, coord: u32 },
    /// The same as `Apply` for a user's closure.
    Call { code: u32, dst: u32, first: u32, count: u8, repeating: u8 },
    /// Feed a reducer: `count` operands from `first`, one but for sums that [compute](Schedule::formulas) what they add.
    Reduce { reduction: u32, first: u32, count: u8, repeating: u8 },
    /// Feed a reducer of groups: two operands from `first`, elements and groups.
    ReduceGroups { reduction: u32, first: u32 },
    /// Select elements: two operands from `first`, elements and mask.
    Select { selection: u32, first: u32 },
    /// Copy to an output what was not already written there.
    Store { output: u32, src: u32 },
}

/// Where a register comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Def {
    Input(u32),
    Coord(u32),
    /// An entry of [`Schedule::constants`].
    Constant(u32),
    Instr,
}

/// The steps of a program, in order.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    pub(super) steps: Vec<Step>,
    /// Operands of all instructions, back to back.
    pub(super) operands: Vec<u32>,
    /// The most operands of an instruction.
    pub(super) max_operands: usize,
    /// Where each register comes from.
    pub(super) defs: Vec<Def>,
    /// The distinct constants, the pinned ones first.
    pub(super) constants: Vec<Scalar>,
    /// The distinct loops.
    pub(super) code: Vec<Code>,
    /// For each loop, whose closure it is.
    pub(super) origins: Vec<Option<Origin>>,
    /// For each reduction, what it makes of its operands before it adds them up.
    pub(super) formulas: Vec<Option<Formula>>,
}

/// Lists of what is done with registers besides being read: for each register the first entry, for each
/// entry the next one of the same register.
struct Sinks {
    heads: Vec<u32>,
    next: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Sinks {
    fn new(registers: usize, of: impl DoubleEndedIterator<Item = Reg> + ExactSizeIterator) -> Self {
        let mut sinks = Sinks { heads: vec![NONE; registers], next: vec![NONE; of.len()] };
        for (i, reg) in of.enumerate().rev() {
            sinks.next[i] = std::mem::replace(&mut sinks.heads[reg.0 as usize], i as u32);
        }
        sinks
    }

    fn of(&self, reg: u32) -> impl Iterator<Item = u32> + '_ {
        let entry = |i: u32| (i != NONE).then_some(i);
        std::iter::successors(entry(self.heads[reg as usize]), move |&i| entry(self.next[i as usize]))
    }

    fn is_empty(&self, reg: u32) -> bool {
        self.heads[reg as usize] == NONE
    }
}

/// What reads registers to the end of a program, besides stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Feed {
    /// A reduction, by number.
    Reduction(u32),
    /// A selection, by number.
    Selection(u32),
}

/// The registers that reductions and selections read, each with what reads it.
pub(super) fn sinks(program: &Program) -> impl Iterator<Item = (Reg, Feed)> + '_ {
    let reductions = (0u32..).zip(&program.reductions).flat_map(|(i, reduction)| {
        let by = reduction.groups.map(|groups| groups.by);
        std::iter::once(reduction.src).chain(by).map(move |reg| (reg, Feed::Reduction(i)))
    });
    let selections = (0u32..)
        .zip(&program.selections)
        .flat_map(|(i, selection)| [selection.src, selection.mask].map(|reg| (reg, Feed::Selection(i))));
    reductions.chain(selections)
}

struct Scheduler<'a> {
    program: &'a Program,
    out: Schedule,
    ready: Vec<bool>,
    stores: Sinks,
    /// What reads registers besides instructions and stores; what has been fed of it.
    feeds: Vec<(Reg, Feed)>,
    fed: Sinks,
    done: HashSet<Feed>,
    /// Stores that wait until no input is read any more, because they may overwrite one in place.
    waiting: Vec<Step>,
    inputs_read: bool,
}

/// Schedules a verified program and finds the loop of every instruction.
pub(super) fn schedule(program: &Program, isa: Isa) -> Result<Schedule, ProgramError> {
    let mut defs = vec![Def::Instr; program.regs.len()];
    for (i, reg) in program.inputs.iter().enumerate() {
        defs[reg.0 as usize] = Def::Input(i as u32);
    }
    for (i, reg) in program.coords.iter().enumerate() {
        defs[reg.0 as usize] = Def::Coord(i as u32);
    }
    let mut constants = Vec::new();
    let mut distinct = HashMap::new();
    for &(reg, value) in &program.constants {
        let index = *distinct.entry(value).or_insert_with(|| {
            constants.push(value);
            constants.len() as u32 - 1
        });
        defs[reg.0 as usize] = Def::Constant(index);
    }
    let is_input = |reg: &Reg| matches!(defs[reg.0 as usize], Def::Input(_));
    let jobs = jobs(program);
    let last_read = jobs.iter().rposition(|job| job.src.iter().any(is_input));
    let registers = program.regs.len();
    let feeds: Vec<(Reg, Feed)> = sinks(program).collect();
    let mut scheduler = Scheduler {
        program,
        out: Schedule {
            defs,
            constants,
            formulas: vec![None; program.reductions.len()],
            ..Schedule::default()
        },
        ready: vec![false; registers],
        stores: Sinks::new(registers, program.stores.iter().copied()),
        fed: Sinks::new(registers, feeds.iter().map(|(reg, _)| *reg)),
        feeds,
        done: HashSet::new(),
        waiting: Vec::new(),
        inputs_read: false,
    };
    scheduler.run(&jobs, last_read, isa)?;
    Ok(scheduler.out)
}

impl Scheduler<'_> {
    fn run(&mut self, jobs: &[Job<'_>], last_read: Option<usize>, isa: Isa) -> Result<(), ProgramError> {
        let program = self.program;
        let constants = program.constants.iter().map(|(reg, _)| reg);
        for reg in program.inputs.iter().chain(&program.coords).chain(constants) {
            if !(self.stores.is_empty(reg.0) && self.fed.is_empty(reg.0)) {
                self.bring(reg.0);
            }
        }
        if last_read.is_none() {
            self.release();
        }
        let mut loops = Loops { isa, known: HashMap::new() };
        for (i, job) in jobs.iter().enumerate() {
            if let (Work::Op(Op::Draw(_)), &[index]) = (&job.work, &job.src[..])
                && let Def::Coord(coord) = self.out.defs[index.0 as usize]
            {
                let code = loops.find(program, job, &mut self.out)?;
                self.out.max_operands = self.out.max_operands.max(1);
                self.out.steps.push(Step::Draw { code, dst: job.dst.0, coord });
                self.computed(job.dst.0);
                continue;
            }
            for src in &job.src {
                self.bring(src.0);
            }
            let first = self.out.operands.len() as u32;
            let count = job.src.len() as u8;
            self.out.operands.extend(job.src.iter().map(|r| r.0));
            self.out.max_operands = self.out.max_operands.max(job.src.len());
            if let Work::Sum { reduction, formula } = job.work {
                self.out.formulas[reduction as usize] = Some(formula);
                let repeating = self.repeating(&job.src);
                self.out.steps.push(Step::Reduce { reduction, first, count, repeating });
            } else {
                let code = loops.find(program, job, &mut self.out)?;
                let dst = job.dst.0;
                let repeats = self.out.code[code as usize].repeats();
                let repeating = if repeats { self.repeating(&job.src) } else { 0 };
                self.out.steps.push(match job.work {
                    Work::Op(Op::Closure(_)) => Step::Call { code, dst, first, count, repeating },
                    _ => Step::Apply { code, dst, first, count, repeating },
                });
                self.computed(dst);
            }
            if last_read == Some(i) {
                self.release();
            }
        }
        Ok(())
    }

    /// The operands of a loop that are pinned constants, as bits.
    fn repeating(&self, src: &[Reg]) -> u8 {
        let pinned =
            |reg: &Reg| matches!(self.out.defs[reg.0 as usize], Def::Constant(c) if (c as usize) < PINNED);
        src.iter().enumerate().fold(0, |bits, (k, reg)| bits | u8::from(pinned(reg)) << k)
    }

    /// Notes that the tile of a register exists now.
    fn computed(&mut self, reg: u32) {
        self.ready[reg as usize] = true;
        self.sink(reg);
    }

    /// Makes sure that the tile of a register exists.
    fn bring(&mut self, reg: u32) {
        if std::mem::replace(&mut self.ready[reg as usize], true) {
            return;
        }
        match self.out.defs[reg as usize] {
            Def::Input(input) => self.out.steps.push(Step::Load { input, dst: reg }),
            Def::Coord(coord) => self.out.steps.push(Step::Coord { coord, dst: reg }),
            Def::Constant(c) if (c as usize) < PINNED => {}
            Def::Constant(constant) => self.out.steps.push(Step::Fill { constant, dst: reg }),
            Def::Instr => unreachable!("verified: instructions write before anyone reads"),
        }
        self.sink(reg);
    }

    /// Reduces and stores a register that has just been computed.
    fn sink(&mut self, src: u32) {
        for i in self.fed.of(src).collect::<SmallVec<[u32; 4]>>() {
            self.feed(self.feeds[i as usize].1);
        }
        let stores = self.stores.of(src).map(|output| Step::Store { output, src });
        if self.inputs_read {
            self.out.steps.extend(stores);
        } else {
            self.waiting.extend(stores);
        }
    }

    /// Feeds a reducer or a selection, once all that it reads is there.
    fn feed(&mut self, feed: Feed) {
        let program = self.program;
        let first = self.out.operands.len() as u32;
        let (step, [src, by]) = match feed {
            Feed::Reduction(reduction) => {
                let Reduction { src, groups, .. } = program.reductions[reduction as usize];
                match groups {
                    None => {
                        self.out.operands.push(src.0);
                        self.out.max_operands = self.out.max_operands.max(1);
                        self.out.steps.push(Step::Reduce { reduction, first, count: 1, repeating: 0 });
                        return;
                    }
                    Some(groups) => (Step::ReduceGroups { reduction, first }, [src, groups.by]),
                }
            }
            Feed::Selection(selection) => {
                let Selection { src, mask } = program.selections[selection as usize];
                (Step::Select { selection, first }, [src, mask])
            }
        };
        if self.ready[src.0 as usize] && self.ready[by.0 as usize] && self.done.insert(feed) {
            self.out.operands.extend([src.0, by.0]);
            self.out.steps.push(step);
        }
    }

    /// From here on no input is read.
    fn release(&mut self) {
        self.inputs_read = true;
        self.out.steps.append(&mut self.waiting);
    }
}

/// The loops met so far: equal instructions on equal types share one.
struct Loops<'p> {
    isa: Isa,
    known: HashMap<(Work<'p>, SmallVec<[DType; 4]>), u32>,
}

impl<'p> Loops<'p> {
    /// The loop of an instruction, as an index into [`Schedule::code`].
    fn find(&mut self, program: &Program, job: &Job<'p>, out: &mut Schedule) -> Result<u32, ProgramError> {
        let dtypes = job.src.iter().map(|&r| program.dtype(r)).collect();
        let entry = match self.known.entry((job.work, dtypes)) {
            Entry::Occupied(entry) => return Ok(*entry.get()),
            Entry::Vacant(entry) => entry,
        };
        let (work, dtypes) = entry.key();
        let (code, name) = match work {
            Work::Op(op) => (elementwise::code(op, dtypes, self.isa), op.name()),
            Work::Joined(joined) => (elementwise::joined::code(*joined, dtypes[0], self.isa), "arithmetic"),
            Work::Sum { .. } => unreachable!("sums have loops of reductions"),
        };
        let undefined = || ProgramError::Undefined { op: name.into(), dtypes: dtypes.to_vec() };
        out.code.push(code.ok_or_else(undefined)?);
        out.origins.push(match work {
            Work::Op(Op::Closure(closure)) => Some((closure.name, closure.location)),
            _ => None,
        });
        Ok(*entry.insert(out.code.len() as u32 - 1))
    }
}
