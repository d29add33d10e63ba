//! How the work of a contraction is cut: cells of the result, panels of the operands, partial results.
//!
//! All of it follows from shapes, dtype and what the operands are, never from threads or memory, because products
//! are added panel by panel.

use chunkwise_core::{AxisGrid, DType, Grid, Shape};
use chunkwise_kernels::contract::Product;
use chunkwise_plan::{Contraction, Granularity};

/// Cells of about this many elements at most: a side of 1448, so that packing panels takes a few percent of
/// multiplying them.
const CELL: usize = 1 << 21;

/// Elements of both operands' panels together: 12 MiB of `f64`.
const PANELS: usize = 3 << 19;

/// Partial results sum at least this many products.
const LEAST_DEPTH: usize = 256;

/// Products of one task at least, where there are so many: about a hundred microseconds.
const TASK: usize = 1 << 21;

/// Sides of cells at least, unless the result's are shorter: smaller ones would read the operands too often.
const LEAST_SIDE: usize = 128;

/// Sides that are so short that products take as long as reading the other operand.
const NARROW: usize = 4;

/// Tasks that there should be where there is work for them.
const TASKS: usize = 32;

/// The same where panels are packed, so that larger cells save work.
const CELLS: usize = 24;

/// How much longer packing an element that is computed takes than packing one that is there.
const COMPUTING: f64 = 6.0;

/// Partial results at most.
const MOST_PARTIALS: usize = 64;

/// The lengths of a contraction, each kind of axes as one.
struct Lengths {
    batch: usize,
    rows: usize,
    summed: usize,
    cols: usize,
}

fn product(shape: &[usize]) -> usize {
    shape.iter().fold(1, |n: usize, &k| n.saturating_mul(k))
}

impl Lengths {
    fn new(axes: Contraction, left: &[usize], right: &[usize]) -> Lengths {
        Lengths {
            batch: product(&left[..axes.batch]),
            rows: product(&left[axes.batch..axes.batch + axes.rows]),
            summed: product(&left[axes.left_summed()]),
            cols: product(&right[axes.batch + axes.summed..]),
        }
    }

    /// Elements of a cell: for [`TASKS`] or [`CELLS`] cells, or more if they would be too large, or fewer if too small.
    fn cell(&self) -> usize {
        let elements = self.batch.saturating_mul(self.rows).saturating_mul(self.cols);
        let narrow = self.rows.min(self.cols) <= NARROW;
        let (task, tasks) = if narrow { (TASK / 8, TASKS) } else { (TASK, CELLS) };
        let least = self.rows.min(LEAST_SIDE) * self.cols.min(LEAST_SIDE);
        (elements / tasks).max(task / self.summed.max(1)).clamp(least.max(1), CELL)
    }
}

/// Into how many partial results a contraction is cut, where its result is too small to occupy many cores.
///
/// They are summed afterwards; together they are at most a quarter of what the operands are.
pub(crate) fn partials(axes: Contraction, left: &[usize], right: &[usize]) -> Option<u32> {
    let n = Lengths::new(axes, left, right);
    let elements = n.batch.saturating_mul(n.rows).saturating_mul(n.cols);
    let cells = elements.div_ceil(n.cell());
    if elements == 0 || n.summed < 2 * LEAST_DEPTH || cells >= TASKS / 4 {
        return None;
    }
    let operands = n.batch.saturating_mul(n.summed).saturating_mul(n.rows.saturating_add(n.cols));
    // Where a side is narrow, the time goes into reading the other operand.
    let work = (elements.saturating_mul(n.summed) / TASK).max(operands >> 17);
    let most = (operands / elements / 4).min(n.summed / LEAST_DEPTH).min(MOST_PARTIALS).min(work);
    let partials = (TASKS / cells).min(most);
    (partials > 1).then_some(partials as u32)
}

/// Whether elements of an operand (0: the left one, 1: the right one) are needed by several cells of the result.
pub(crate) fn repeats(axes: Contraction, [left, right]: [&[usize]; 2], side: usize) -> bool {
    let n = Lengths::new(axes, left, right);
    let (rows, cols) = sides(&n, n.cell().min(n.rows.saturating_mul(n.cols).max(1)), [Operand::Computed; 2]);
    if side == 0 { cols < n.cols } else { rows < n.rows }
}

/// What is known of an operand before it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// In memory, and a matrix there however it is cut.
    Matrix,
    /// In memory, or made by other tasks.
    Loaded,
    /// Computed wherever it is needed.
    Computed,
}

/// How a contraction is cut.
#[derive(Debug, PartialEq)]
pub(crate) struct Pieces {
    pub(crate) cells: Grid,
    pub(crate) panels: Grid,
}

impl Pieces {
    /// Pieces of about `granularity` elements, if that is given, else as suits the shapes.
    pub(crate) fn new(
        axes: Contraction,
        (left, right, dtype): (&[usize], &[usize], DType),
        operands: [Operand; 2],
        partials: Option<u32>,
        granularity: Option<Granularity>,
    ) -> Pieces {
        let n = Lengths::new(axes, left, right);
        let given = match granularity {
            Some(Granularity::Elements(elements)) => Some(elements.max(1)),
            _ => None,
        };
        // Batches share a task where one matrix is not enough work.
        let matrix = n.rows.saturating_mul(n.cols).max(1);
        let cell = given.unwrap_or_else(|| n.cell());
        let batches = (cell / matrix).clamp(1, n.batch.max(1));
        let (rows, cols) = sides(&n, cell.min(matrix), operands);
        let result = axes.result(left, right).expect("verified");
        let (batch_axes, rest) = result.split_at(axes.batch);
        let (row_axes, col_axes) = rest.split_at(axes.rows);
        let cells = Grid::new(
            [leading(batch_axes, batches), leading(row_axes, rows), leading(col_axes, cols)].concat(),
        );
        let depth = match given {
            Some(elements) => elements,
            None if operands == [Operand::Matrix; 2] => n.summed,
            None => {
                // As long as products are packed, or a multiple of that, and all about as long.
                let unit = Product::depth(dtype);
                let fits = PANELS / batches.saturating_mul(rows + cols).max(1);
                n.summed.div_ceil(n.summed.div_ceil((fits / unit).max(1) * unit).max(1))
            }
        };
        let each = n.summed.div_ceil(partials.unwrap_or(1).max(1) as usize).max(1);
        let panels = Grid::new(leading(&left[axes.left_summed()], depth.min(each)));
        Pieces { cells, panels }
    }
}

/// Rows and columns of a cell of so many elements. A cell is square, unless one operand is computed again for
/// every cell along its side and the other is not: then it is longer along the former's.
fn sides(n: &Lengths, cell: usize, operands: [Operand; 2]) -> (usize, usize) {
    let computed = operands.map(|operand| operand == Operand::Computed);
    let stretch = match computed {
        [true, false] => 1.0 / COMPUTING,
        [false, true] => COMPUTING,
        _ => 1.0,
    };
    let side = ((cell as f64 * stretch).sqrt() as usize).max(1);
    let rows = side.min(n.rows.max(1));
    let cols = (cell / rows).clamp(1, n.cols.max(1));
    // Whole pieces first of the axis that has fewer of them, which rounding changes most.
    if n.rows.div_ceil(rows) <= n.cols.div_ceil(cols) {
        let rows = even(n.rows, nearest(n.rows, (cell / cols).max(1)));
        (rows, even(n.cols, (cell / rows).clamp(1, n.cols.max(1))))
    } else {
        let cols = even(n.cols, nearest(n.cols, cols));
        (even(n.rows, (cell / cols).clamp(1, n.rows.max(1))), cols)
    }
}

/// The length nearest to `piece` of which the axis is a whole multiple, or a little more.
fn nearest(len: usize, piece: usize) -> usize {
    let pieces = (len + piece / 2) / piece.max(1);
    len.div_ceil(pieces.max(1)).max(1)
}

/// Pieces of an axis as near to equal as whole registers allow.
fn even(len: usize, piece: usize) -> usize {
    const ROUND: usize = 16;
    let even = len.div_ceil(len.div_ceil(piece).max(1)).max(1);
    if piece >= 2 * ROUND { even.next_multiple_of(ROUND).min(len.max(1)) } else { even }
}

/// Cuts axes into pieces of at most `elements`, the first axes first, so that each piece is dense in what lies
/// behind.
fn leading(shape: &[usize], elements: usize) -> Vec<AxisGrid> {
    let mut extent: Shape = shape.into();
    for k in 0..extent.len() {
        let behind = product(&extent[k + 1..]).max(1);
        extent[k] = extent[k].min((elements / behind).max(1));
        if extent[k] > 1 {
            break;
        }
    }
    shape.iter().zip(&extent).map(|(&n, &e)| AxisGrid::regular(n, e)).collect()
}

/// Bytes of a panel's elements.
pub(crate) fn bytes(shape: &[usize], dtype: DType) -> u64 {
    product(shape) as u64 * dtype.size() as u64
}
