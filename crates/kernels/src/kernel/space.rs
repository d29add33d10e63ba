//! From a box to panels: which axes matter, in which order they are walked, and which two make the tiles.

use chunkwise_core::Shape;
use smallvec::{SmallVec, smallvec};

use super::bind::Bind;

/// A box as nested loops over a panel of rows and columns. Kept from run to run for its memory.
///
/// Every operand has a *lane*: the step it makes along each axis, in elements (or cells, or units of a
/// coordinate). Lanes are numbered: inputs, outputs, coordinates, states, indices of states.
#[derive(Debug, Default)]
pub(super) struct Space {
    lanes: usize,
    /// Lanes of inputs and outputs come first.
    memory: usize,
    /// Whether the order of the axes is given.
    row_major: bool,
    /// Lengths of the axes, the innermost first; none of them is one.
    lens: Vec<usize>,
    /// The axes of the box in the order in which they were added, the innermost first.
    axes: Vec<u8>,
    /// For each axis here, which of those it is merged of: first, and past the last.
    merged: Vec<(u8, u8)>,
    /// For each axis the steps of all lanes, as long as there are axes, and two more rows of zeros.
    steps: Vec<i64>,
    /// Position of the current panel along the axes outside of it.
    index: Vec<usize>,
    /// Where each lane stands at the first position of the current panel.
    offsets: Vec<i64>,
}

impl Space {
    /// Lays out the loops over a box, in row-major order if that is asked for; false when it has no positions.
    pub(super) fn arrange(&mut self, bind: &Bind<'_>, row_major: bool) -> bool {
        if bind.shape.contains(&0) {
            return false;
        }
        self.memory = bind.inputs.len() + bind.outputs.len();
        self.lanes = self.memory + bind.coords.len() + 2 * bind.states.len();
        self.lens.clear();
        self.axes.clear();
        self.merged.clear();
        self.steps.clear();
        self.row_major = row_major;
        for &axis in order(bind, row_major).iter().rev() {
            self.push(bind, axis as usize);
        }
        if !row_major {
            self.choose_rows();
        }
        self.steps.resize((self.lens.len() + 2) * self.lanes, 0);
        self.index.clear();
        self.index.resize(self.lens.len().saturating_sub(2), 0);
        self.offsets.clear();
        self.offsets.resize(self.lanes, 0);
        true
    }

    /// Adds an axis outside of those already there, or merges it with the outermost of them.
    fn push(&mut self, bind: &Bind<'_>, axis: usize) {
        let at = self.steps.len();
        let place = self.axes.len() as u8;
        self.axes.push(axis as u8);
        self.steps.extend(bind.inputs.iter().map(|x| x.strides[axis] as i64));
        self.steps.extend(bind.outputs.iter().map(|x| x.strides[axis] as i64));
        self.steps.extend(bind.coords.iter().map(|x| x.steps[axis]));
        self.steps.extend(bind.states.iter().map(|x| x.steps[axis] as i64));
        self.steps.extend(bind.states.iter().map(|x| x.index.steps[axis]));
        if let Some(len) = self.lens.last_mut() {
            let (inner, outer) = self.steps[at - self.lanes..].split_at(self.lanes);
            if inner.iter().zip(outer).all(|(i, &o)| i.wrapping_mul(*len as i64) == o) {
                *len *= bind.shape[axis];
                self.merged.last_mut().expect("one for each axis").1 = place + 1;
                self.steps.truncate(at);
                return;
            }
        }
        self.lens.push(bind.shape[axis]);
        self.merged.push((place, place + 1));
    }

    /// Moves the best axis for rows next to the innermost one.
    fn choose_rows(&mut self) {
        if self.lens.len() < 3 {
            return;
        }
        let transposed = (1..self.lens.len()).find(|&axis| self.transposes(axis));
        let rows = transposed.unwrap_or_else(|| {
            if self.lens[0] * self.lens[1] >= SMALL {
                return 1;
            }
            // Both are short: tiles grow with any other axis.
            (2..self.lens.len())
                .fold(1, |best, axis| if self.lens[axis] > self.lens[best] { axis } else { best })
        });
        self.lens[1..=rows].rotate_right(1);
        self.merged[1..=rows].rotate_right(1);
        self.steps[self.lanes..(rows + 1) * self.lanes].rotate_right(self.lanes);
    }

    /// Whether some memory is read or written along this axis without gaps, but not along the innermost.
    fn transposes(&self, axis: usize) -> bool {
        let lanes = self.steps[..self.memory].iter().zip(&self.steps[axis * self.lanes..]);
        lanes.into_iter().any(|(inner, &outer)| inner.unsigned_abs() > 1 && outer == 1)
    }

    /// Whether tiles should have many rows and few columns for the sake of transposed memory.
    pub(super) fn is_transposed(&self) -> bool {
        self.lens.len() >= 2 && !self.row_major && self.transposes(1)
    }

    /// Rows and columns of a panel.
    pub(super) fn panel(&self) -> [usize; 2] {
        let len = |axis: usize| self.lens.get(axis).copied().unwrap_or(1);
        [len(1), len(0)]
    }

    /// Whether a row begins in memory where the one before it ends, for every input and output.
    pub(super) fn rows_adjoin(&self) -> bool {
        let [_, cols] = self.panel();
        let adjoins = |lane: usize| {
            let [down, right] = self.step(lane);
            right == 1 && down == cols as i64
        };
        (0..self.memory).all(adjoins)
    }

    /// Whether every tile of every input and output lies in memory as a register does, given whether tiles are parts of
    /// rows.
    pub(super) fn is_direct(&self, rows: bool) -> bool {
        let [_, cols] = self.panel();
        rows && (0..self.memory).all(|lane| cols == 1 || self.step(lane)[1] == 1) || self.rows_adjoin()
    }

    /// What a lane steps from one row of a panel to the next, and from one column to the next.
    pub(super) fn step(&self, lane: usize) -> [i64; 2] {
        [self.steps[self.lanes + lane], self.steps[lane]]
    }

    /// Where a lane stands at a position of the current panel.
    #[inline]
    pub(super) fn at(&self, lane: usize, row: usize, col: usize) -> i64 {
        let [down, right] = self.step(lane);
        let row = down.wrapping_mul(row as i64);
        self.offsets[lane].wrapping_add(row).wrapping_add(right.wrapping_mul(col as i64))
    }

    /// The position in the box, which has this shape, of a position of the current panel.
    pub(super) fn position(&self, shape: &[usize], row: usize, col: usize) -> Shape {
        let mut position: Shape = smallvec![0; shape.len()];
        let along = [col, row].into_iter().chain(self.index.iter().copied());
        for (mut at, &(first, end)) in along.zip(&self.merged) {
            for &axis in &self.axes[first as usize..end as usize] {
                position[axis as usize] = at % shape[axis as usize];
                at /= shape[axis as usize];
            }
        }
        position
    }

    /// Moves to the next panel; false after the last, which leads back to the first.
    pub(super) fn advance(&mut self) -> bool {
        for (k, index) in self.index.iter_mut().enumerate() {
            let steps = &self.steps[(k + 2) * self.lanes..][..self.lanes];
            *index += 1;
            let moved = if *index < self.lens[k + 2] { 1 } else { 1 - *index as i64 };
            for (offset, step) in self.offsets.iter_mut().zip(steps) {
                *offset = offset.wrapping_add(step.wrapping_mul(moved));
            }
            if moved == 1 {
                return true;
            }
            *index = 0;
        }
        false
    }
}

/// Panels of fewer positions than this are worth looking for another axis.
const SMALL: usize = 512;

/// The axes that matter, the outermost first, in the order that suits memory: outputs decide, then inputs,
/// then states, each by majority; C order where they have no opinion.
fn order(bind: &Bind<'_>, row_major: bool) -> SmallVec<[u8; 8]> {
    let mut order: SmallVec<[u8; 8]> = SmallVec::new();
    for axis in (0..bind.shape.len()).filter(|&axis| bind.shape[axis] != 1) {
        let mut at = order.len();
        for (i, &outer) in order.iter().enumerate().rev() {
            match if row_major { 1 } else { votes(bind, outer as usize, axis) } {
                0 => {}
                1.. => break,
                _ => at = i,
            }
        }
        order.insert(at, axis as u8);
    }
    order
}

/// How many operands want `inner` inside of `outer`, less those that want the opposite.
fn votes(bind: &Bind<'_>, outer: usize, inner: usize) -> i32 {
    // An operand that does not move along one of them does not care.
    let vote = |outer: usize, inner: usize| match (outer, inner) {
        (0, _) | (_, 0) => 0,
        _ if inner < outer => 1,
        _ if inner > outer => -1,
        _ => 0,
    };
    let strides = |s: &[isize]| vote(s[outer].unsigned_abs(), s[inner].unsigned_abs());
    let mut sum = bind.outputs.iter().map(|x| strides(&x.strides)).sum();
    if sum == 0 {
        sum = bind.inputs.iter().map(|x| strides(&x.strides)).sum();
    }
    if sum == 0 {
        sum = bind.states.iter().map(|x| vote(x.steps[outer], x.steps[inner])).sum();
    }
    sum
}
