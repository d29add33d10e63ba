//! Every reduction against its definition, and what must not depend on tiles, instruction sets or merges.

mod accuracy;
mod bits;
mod definition;
mod edges;
mod values;

use chunkwise_core::{DType, Element};

use super::{AllNan, Layout, ReduceOp, Shape, code, finish, init, layout, merge};
use crate::Isa;
use crate::args::Args;

/// Every operation, with several values of `ddof`.
fn operations() -> Vec<ReduceOp> {
    use ReduceOp::*;
    let mut all = vec![
        Sum,
        NanSum,
        Prod,
        NanProd,
        Mean,
        NanMean,
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
    ];
    for (ddof, std, nan) in [(0.0, false, false), (1.0, true, false), (0.5, false, true), (1.0, true, true)] {
        all.push(Var { ddof, std, nan });
    }
    all
}

/// Bytes as aligned as a state must be.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u8; 64]);

/// A state and what it is of.
#[derive(Clone)]
struct State {
    op: ReduceOp,
    operand: DType,
    cells: usize,
    layout: Layout,
    lines: Vec<Line>,
}

impl State {
    fn new(op: ReduceOp, operand: DType, cells: usize) -> State {
        let layout = layout(op, operand);
        let mut lines = vec![Line([0xa5; 64]); layout.bytes(cells).div_ceil(64)];
        // SAFETY: the lines hold the bytes of the layout, aligned.
        unsafe { init(op, operand, lines.as_mut_ptr().cast(), cells) };
        State { op, operand, cells, layout, lines }
    }

    fn fields(&mut self) -> [*mut u8; 4] {
        let start = self.lines.as_mut_ptr().cast::<u8>();
        let count = self.layout.fields.len();
        std::array::from_fn(|i| start.wrapping_add(self.layout.offset(i.min(count - 1), self.cells)))
    }

    fn merge(&mut self, from: &State) {
        assert_eq!((self.op, self.operand, self.cells), (from.op, from.operand, from.cells));
        // SAFETY: two states of the same layout.
        unsafe {
            merge(
                self.op,
                self.operand,
                self.lines.as_mut_ptr().cast(),
                from.lines.as_ptr().cast(),
                self.cells,
            )
        }
    }

    /// The results as bytes.
    fn finish(&self, count: usize) -> Result<Vec<u8>, AllNan> {
        let size = self.op.result(self.operand).unwrap().size();
        let mut out = vec![Line([0; 64]); (self.cells * size).div_ceil(64)];
        // SAFETY: the state is initialised, the lines hold the results.
        unsafe {
            let (state, results) = (self.lines.as_ptr().cast(), out.as_mut_ptr().cast());
            let done = finish(self.op, self.operand, state, self.cells, count as u64, results);
            done.map_err(|without| without.why)?;
        }
        Ok(out.iter().flat_map(|line| line.0).take(self.cells * size).collect())
    }
}

/// How a box lies over cells and indices.
#[derive(Clone, Copy, Debug)]
struct Lie {
    shape: Shape,
    rows: usize,
    cols: usize,
    cell: usize,
    cell_step: [usize; 2],
    base: i64,
    step: [i64; 2],
}

impl Lie {
    /// The usual one: cells side by side, indices in C order.
    fn new(shape: Shape, rows: usize, cols: usize) -> Lie {
        let (cell_step, step) = match shape {
            Shape::All => ([0, 0], [cols as i64, 1]),
            Shape::Columns => ([1, 0], [0, 1]),
            Shape::Rows => ([0, 1], [1, 0]),
            Shape::None => ([cols, 1], [0, 0]),
        };
        Lie { shape, rows, cols, cell: 0, cell_step, base: 0, step }
    }

    fn cell_of(&self, r: usize, c: usize) -> usize {
        self.cell + r * self.cell_step[0] + c * self.cell_step[1]
    }

    fn index_of(&self, r: usize, c: usize) -> i64 {
        self.base + self.step[0] * r as i64 + self.step[1] * c as i64
    }

    fn cells(&self) -> usize {
        self.cell_of(self.rows.saturating_sub(1), self.cols.saturating_sub(1)) + 1
    }

    /// Elements per cell.
    fn count(&self) -> usize {
        match self.shape {
            Shape::All => self.rows * self.cols,
            Shape::Columns => self.cols,
            Shape::Rows => self.rows,
            Shape::None => 1,
        }
    }
}

/// Takes a box into a state, in tiles of this many rows and columns.
fn run<T: Element>(state: &mut State, lie: &Lie, data: &[T], tile: (usize, usize), isa: Isa) {
    assert_eq!((data.len(), T::DTYPE), (lie.rows * lie.cols, state.operand));
    assert!(lie.cells() <= state.cells);
    let code = code(state.op, state.operand, lie.shape, isa);
    let fields = state.fields();
    for r in (0..lie.rows).step_by(tile.0) {
        for c in (0..lie.cols).step_by(tile.1) {
            let (rows, cols) = (tile.0.min(lie.rows - r), tile.1.min(lie.cols - c));
            // A copy of its own, so that reading past the tile is reading past an allocation.
            let copy: Vec<T> =
                (r..r + rows).flat_map(|r| &data[r * lie.cols + c..][..cols]).copied().collect();
            let args = Args {
                src: &[copy.as_ptr().cast()],
                len: rows * cols,
                rows,
                cols,
                stride: [cols as isize, 1],
                base: lie.index_of(r, c),
                step: lie.step,
                fields,
                cell: lie.cell_of(r, c),
                cell_step: lie.cell_step,
                ..Args::default()
            };
            // SAFETY: the tile is one of `T`, and its cells are within the state.
            unsafe { code.run(&args) };
        }
    }
}

/// Tiles that the tile machine may make of a box, the whole box first.
fn cuttings(lie: &Lie) -> Vec<(usize, usize)> {
    let Lie { rows, cols, .. } = *lie;
    if cols < 512 {
        let leaf = 512 / cols.max(1);
        return vec![(rows.max(1), cols.max(1)), (leaf, cols.max(1)), (3 * leaf, cols.max(1))];
    }
    let mut cuttings = vec![(rows.max(1), cols), (1, cols), (1, 512), (1, 1024)];
    if lie.shape != Shape::All {
        cuttings.push((2, 512));
    }
    cuttings
}
