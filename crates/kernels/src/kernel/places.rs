//! Where registers live: in bound memory, in pinned constants, or in slots that several registers share
//! because they are never alive together.

use chunkwise_core::Scalar;

use super::schedule::{Def, PINNED, Schedule, Step};
use crate::Program;

/// No place, no step.
pub(super) const NONE: u32 = u32::MAX;

/// The scratch that a kernel's tiles live in. Places are numbered: pinned constants, inputs, outputs, slots.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The pinned constants.
    pub(super) pinned: Vec<Pinned>,
    /// What runs need to know of each input.
    pub(super) inputs: Vec<InputHome>,
    /// What runs need to know of each output.
    pub(super) outputs: Vec<OutputHome>,
    /// Bytes of the elements in each slot.
    pub(super) slots: Vec<usize>,
    /// The most bytes per position that are alive at once.
    pub(super) live_bytes: usize,
    /// Whether some value has no home but its slot, even where all inputs and outputs lie in memory as tiles want them.
    pub(super) inner: bool,
}

/// A constant that has a place of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pinned {
    pub(super) value: Scalar,
    /// Whether something reads it as a tile, not only as an operand that repeats.
    pub(super) whole: bool,
}

/// An input's home: memory when its elements lie there as a tile wants them, else a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct InputHome {
    /// The place of its slot; [`NONE`] for an input that nothing reads.
    pub(super) slot: u32,
    /// The output that it may be loaded into, or [`NONE`].
    pub(super) output: u32,
    /// Whether nothing but that output reads it, so that its tile need not be contiguous.
    pub(super) only_stored: bool,
}

/// An output's home: its memory when that is as a tile wants it, else a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutputHome {
    /// The place of the slot of the register that is computed straight into the output, or [`NONE`].
    pub(super) slot: u32,
}

impl Places {
    pub(super) fn input(&self, i: usize) -> usize {
        self.pinned.len() + i
    }

    /// Whether this is the place of an input.
    pub(super) fn is_input(&self, place: u32) -> bool {
        (self.input(0)..self.output(0)).contains(&(place as usize))
    }

    /// The input whose place this is.
    pub(super) fn input_at(&self, place: u32) -> usize {
        place as usize - self.pinned.len()
    }

    pub(super) fn output(&self, i: usize) -> usize {
        self.input(self.inputs.len()) + i
    }

    pub(super) fn slot(&self, i: usize) -> usize {
        self.output(self.outputs.len()) + i
    }

    /// Number of places.
    pub(super) fn len(&self) -> usize {
        self.slot(self.slots.len())
    }
}

/// How often and until when each register is read.
struct Uses {
    /// The last step that reads it, stores included; [`NONE`] when nothing does.
    last: Vec<u32>,
    /// The last step that reads it, except for stores, which mostly have nothing to do.
    last_inner: Vec<u32>,
}

impl Uses {
    fn new(registers: usize, schedule: &Schedule) -> Self {
        let mut uses = Uses { last: vec![NONE; registers], last_inner: vec![NONE; registers] };
        for (i, step) in schedule.steps.iter().enumerate() {
            for &reg in reads(step, &schedule.operands) {
                uses.last[reg as usize] = i as u32;
                if !matches!(step, Step::Store { .. }) {
                    uses.last_inner[reg as usize] = i as u32;
                }
            }
        }
        uses
    }
}

fn reads<'a>(step: &'a Step, operands: &'a [u32]) -> &'a [u32] {
    match step {
        Step::Load { .. } | Step::Coord { .. } | Step::Fill { .. } | Step::Draw { .. } => &[],
        Step::Apply { first, count, .. }
        | Step::Call { first, count, .. }
        | Step::Reduce { first, count, .. } => &operands[*first as usize..][..*count as usize],
        Step::ReduceGroups { first, .. } | Step::Select { first, .. } => {
            &operands[*first as usize..*first as usize + 2]
        }
        Step::Store { src, .. } => std::slice::from_ref(src),
    }
}

fn dst(step: &mut Step) -> Option<&mut u32> {
    match step {
        Step::Load { dst, .. }
        | Step::Coord { dst, .. }
        | Step::Fill { dst, .. }
        | Step::Draw { dst, .. }
        | Step::Apply { dst, .. }
        | Step::Call { dst, .. } => Some(dst),
        Step::Reduce { .. } | Step::ReduceGroups { .. } | Step::Select { .. } | Step::Store { .. } => None,
    }
}

struct Assigner<'a> {
    program: &'a Program,
    places: Places,
    /// The place of each register.
    place: Vec<u32>,
    /// The slot that each living register holds.
    slot: Vec<u32>,
    /// Free slots for elements of 1, 2, 4, 8 and 16 bytes.
    free: [Vec<u32>; 5],
    /// Bytes per position alive now.
    live: usize,
}

/// Gives every register a place and rewrites the steps to name places.
pub(super) fn assign(program: &Program, schedule: &mut Schedule) -> Places {
    let registers = program.regs.len();
    let mut uses = Uses::new(registers, schedule);
    let constants = schedule.constants.iter();
    let mut assigner = Assigner {
        program,
        places: Places {
            pinned: constants.take(PINNED).map(|&value| Pinned { value, whole: false }).collect(),
            inputs: homes_of_inputs(program, schedule),
            outputs: vec![OutputHome { slot: NONE }; program.stores.len()],
            ..Places::default()
        },
        place: vec![NONE; registers],
        slot: vec![NONE; registers],
        free: Default::default(),
        live: 0,
    };
    assigner.run(schedule, &mut uses);
    assigner.places
}

/// The output that each input may be loaded into, and whether that is all that becomes of it.
fn homes_of_inputs(program: &Program, schedule: &Schedule) -> Vec<InputHome> {
    let mut homes = vec![InputHome { slot: NONE, output: NONE, only_stored: false }; program.inputs.len()];
    let mut readers = vec![0u32; program.inputs.len()];
    for step in &schedule.steps {
        for &reg in reads(step, &schedule.operands) {
            if let Def::Input(i) = schedule.defs[reg as usize] {
                readers[i as usize] += 1;
                if let Step::Store { output, .. } = *step
                    && homes[i as usize].output == NONE
                {
                    homes[i as usize].output = output;
                }
            }
        }
    }
    for (home, readers) in homes.iter_mut().zip(readers) {
        home.only_stored = home.output != NONE && readers == 1;
    }
    homes
}

impl Assigner<'_> {
    fn run(&mut self, schedule: &mut Schedule, uses: &mut Uses) {
        let Schedule { steps, operands, defs, .. } = schedule;
        // The output that each computed register is written straight to: the first that stores it.
        let mut direct = vec![NONE; self.place.len()];
        for (output, reg) in self.program.stores.iter().enumerate().rev() {
            if matches!(defs[reg.0 as usize], Def::Instr | Def::Coord(_)) {
                direct[reg.0 as usize] = output as u32;
            }
        }
        for (place, def) in self.place.iter_mut().zip(defs.iter()) {
            if let Def::Constant(c) = *def
                && (c as usize) < PINNED
            {
                *place = c;
            }
        }
        for (now, step) in steps.iter_mut().enumerate() {
            let now = now as u32;
            let defined = dst(step).map(|d| std::mem::replace(d, NONE));
            // The result gets its slot before the operands give theirs back: a loop whose result overlaps
            // an operand could not be vectorised.
            if let Some(reg) = defined {
                let place = self.define(reg, defs[reg as usize], direct[reg as usize]);
                *dst(step).expect("it had one") = place;
                self.places.live_bytes = self.places.live_bytes.max(self.live);
            }
            match step {
                Step::Apply { first, count, repeating, .. }
                | Step::Call { first, count, repeating, .. }
                | Step::Reduce { first, count, repeating, .. } => {
                    for (k, operand) in operands[*first as usize..][..*count as usize].iter_mut().enumerate()
                    {
                        self.read(operand, *repeating >> k & 1 == 1, now, uses);
                    }
                }
                Step::ReduceGroups { first, .. } | Step::Select { first, .. } => {
                    for operand in &mut operands[*first as usize..*first as usize + 2] {
                        self.read(operand, false, now, uses);
                    }
                }
                Step::Store { src, .. } => self.read(src, false, now, uses),
                Step::Load { .. } | Step::Coord { .. } | Step::Fill { .. } | Step::Draw { .. } => {}
            }
            if let Some(reg) = defined {
                if uses.last_inner[reg as usize] == NONE {
                    self.live -= self.size(reg);
                }
                if uses.last[reg as usize] == NONE {
                    self.release(reg);
                }
            }
        }
        let whole = self.places.pinned.iter().filter(|constant| constant.whole);
        self.places.live_bytes += whole.map(|constant| constant.value.dtype().size()).sum::<usize>();
    }

    fn size(&self, reg: u32) -> usize {
        self.program.regs[reg as usize].size()
    }

    fn define(&mut self, reg: u32, def: Def, direct: u32) -> u32 {
        let size = self.size(reg);
        let slot = self.free[size.trailing_zeros() as usize].pop().unwrap_or_else(|| {
            self.places.slots.push(size);
            self.places.len() as u32 - 1
        });
        self.slot[reg as usize] = slot;
        self.live += size;
        let place = match def {
            Def::Input(i) => {
                self.places.inputs[i as usize].slot = slot;
                self.places.input(i as usize) as u32
            }
            _ if direct != NONE => {
                self.places.outputs[direct as usize].slot = slot;
                self.places.output(direct as usize) as u32
            }
            _ => {
                self.places.inner = true;
                slot
            }
        };
        self.place[reg as usize] = place;
        place
    }

    /// Replaces an operand by its place, and gives its slot back when nothing reads it later.
    fn read(&mut self, operand: &mut u32, repeats: bool, now: u32, uses: &mut Uses) {
        let reg = std::mem::replace(operand, self.place[*operand as usize]);
        if let Some(constant) = self.places.pinned.get_mut(*operand as usize) {
            constant.whole |= !repeats;
        }
        if self.slot[reg as usize] == NONE {
            return;
        }
        if uses.last_inner[reg as usize] == now {
            // Once, however often the step reads it.
            uses.last_inner[reg as usize] = NONE;
            self.live -= self.size(reg);
        }
        if uses.last[reg as usize] == now {
            self.release(reg);
        }
    }

    fn release(&mut self, reg: u32) {
        let slot = std::mem::replace(&mut self.slot[reg as usize], NONE);
        self.free[self.size(reg).trailing_zeros() as usize].push(slot);
    }
}
