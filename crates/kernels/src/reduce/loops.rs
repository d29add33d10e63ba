//! The two ways in which a tile lies over cells, for any reduction.

use std::marker::PhantomData;
use std::slice::from_raw_parts;

use super::cell::{Cell, Fields};
use super::items::Items;
use super::reducer::Reducer;
use super::{LEAF, TOGETHER};
use crate::args::Args;
use crate::isa::{Body, Level};

/// Below this a leaf is taken in element by element.
pub(super) const SHORT: usize = 8;

/// Columns of which all rows are taken in registers, where rows are too short for loops over columns.
const NARROW: usize = 4;

/// Rows of more columns are worth loops over columns.
pub(super) const WIDE: usize = 4 * NARROW;

/// Consecutive elements of a tile that go into one cell: rows of `cols`, with the index of each.
#[derive(Clone, Copy)]
pub(super) struct Run<'a, T> {
    /// The elements.
    pub(super) data: &'a [T],
    cols: usize,
    base: i64,
    step: [i64; 2],
}

impl<T: Copy> Run<'_, T> {
    /// The index of the element in row `r` and column `c`.
    #[inline(always)]
    fn index(&self, r: usize, c: usize) -> i64 {
        let [down, across] = self.step;
        self.base.wrapping_add(down.wrapping_mul(r as i64)).wrapping_add(across.wrapping_mul(c as i64))
    }

    /// The smallest index that an element of this run can have.
    #[inline(always)]
    pub(super) fn first_index(&self) -> i64 {
        let span = |n: usize, step: i64| step.min(0).wrapping_mul(n as i64 - 1);
        self.base
            .wrapping_add(span(self.data.len() / self.cols, self.step[0]))
            .wrapping_add(span(self.cols, self.step[1]))
    }

    /// The element of the smallest index that one of this run has, or of the largest, and that index; the first or
    /// the last of equal ones.
    #[inline(always)]
    pub(super) fn outermost(&self, last: bool) -> (usize, i64) {
        let extreme = |n: usize, step: i64| {
            let at_end = if last { step >= 0 } else { step < 0 };
            if at_end { n - 1 } else { 0 }
        };
        let r = extreme(self.data.len() / self.cols, self.step[0]);
        let c = extreme(self.cols, self.step[1]);
        (r * self.cols + c, self.index(r, c))
    }

    /// The smallest index among the elements that match.
    #[inline(always)]
    pub(super) fn locate(&self, matches: impl Fn(T) -> bool) -> Option<i64> {
        // Chunks without a match are skipped by a loop that vectorises.
        let find = |row: &[T]| -> Option<usize> {
            row.chunks(64)
                .position(|chunk| chunk.iter().fold(false, |any, &x| any | matches(x)))
                .and_then(|i| row[i * 64..].iter().position(|&x| matches(x)).map(|k| i * 64 + k))
        };
        let increasing =
            self.step[1] >= 0 && self.step[0] >= self.step[1].saturating_mul(self.cols as i64 - 1);
        let mut best = None;
        for (r, row) in self.data.chunks(self.cols).enumerate() {
            let column = if self.step[1] >= 0 { find(row) } else { row.iter().rposition(|&x| matches(x)) };
            let Some(c) = column else { continue };
            let index = self.index(r, c);
            best = Some(best.map_or(index, |b: i64| b.min(index)));
            if increasing {
                break;
            }
        }
        best
    }
}

/// Columns are reduced, and rows too where they do not step over cells.
pub(super) struct Fold<R>(pub(super) PhantomData<R>);

impl<R: Reducer> Body for Fold<R> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let &Args { rows, cols, cell, base, step, .. } = args;
        if args.len == 0 || L::ISA as u8 > R::WIDEST as u8 {
            return;
        }
        // SAFETY: the operand is a register of `R::In`, see `Family::code`.
        let data = unsafe { args.src::<R::In>(0) };
        let one_cell = args.cell_step[0] == 0;
        // Narrow rows share a leaf.
        let (leaf, width) =
            if one_cell && cols < LEAF { (LEAF / cols * cols, rows * cols) } else { (LEAF, cols) };
        for (r, data) in data.chunks_exact(width).enumerate() {
            let base = base.wrapping_add(step[0].wrapping_mul(r as i64));
            // SAFETY: the fields are those of a state of `R`, and the tile lies within its cells.
            let mut cells = unsafe { R::Cell::at(&args.fields, cell + r * args.cell_step[0], 1) };
            let mut kept = R::Cell::get(&cells, 0);
            let leaf = if R::EXACT { data.len() } else { leaf };
            for data in data.chunks(leaf) {
                let leaf = Run { data, cols, base, step };
                if data.len() < SHORT {
                    for (r, row) in data.chunks(cols).enumerate() {
                        for (c, &x) in row.iter().enumerate() {
                            kept = R::take::<L>(kept, x, leaf.index(r, c));
                        }
                    }
                } else {
                    kept = R::leaf::<L>(kept, &leaf);
                }
            }
            R::Cell::set(&mut cells, 0, kept);
        }
    }
}

/// Columns have a cell each; rows share it or, where they step over cells, have their own.
pub(super) struct Zip<R>(pub(super) PhantomData<R>);

impl<R: Reducer> Body for Zip<R> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let &Args { rows, cols, cell, base, step, cell_step: [down, across], .. } = args;
        if args.len == 0 || L::ISA as u8 > R::WIDEST as u8 {
            return;
        }
        let apart = args.stride[0] != cols as isize;
        if across == 1 && (cols > WIDE || rows == 1 || apart) {
            let whole = if down == 0 { rows / TOGETHER * TOGETHER } else { 0 };
            for r in (0..whole).step_by(TOGETHER) {
                // SAFETY: the operand has such rows, see `Family::code`; the fields are those of a state of `R`, and
                // the tile lies within its cells.
                unsafe { zip_rows::<R, L, TOGETHER>(args, r) }
            }
            for r in whole..rows {
                // SAFETY: as above.
                unsafe { zip_rows::<R, L, 1>(args, r) }
            }
            return;
        }
        // SAFETY: narrow rows adjoin, see `Family::code`.
        let data = unsafe { args.src::<R::In>(0) };
        // Rows that share their cells are taken together.
        let height = if down == 0 { rows } else { 1 };
        for r in (0..rows).step_by(height) {
            for c in (0..cols).step_by(NARROW) {
                let at = cell + r * down + c * across;
                let base = base
                    .wrapping_add(step[0].wrapping_mul(r as i64))
                    .wrapping_add(step[1].wrapping_mul(c as i64));
                let tile = &data[r * cols..(r + height) * cols];
                // SAFETY: as above.
                unsafe { narrow::<R, L>(tile, cols, c, &args.fields, (at, across), (base, step)) }
            }
        }
    }
}

/// Takes `N` rows, from row `r` on, into the row of cells that they share.
///
/// # Safety
/// As for [`Cell::at`], for the cells of the row; the operand must have rows `stride[0]` elements apart.
#[inline(always)]
unsafe fn zip_rows<R: Reducer, L: Level, const N: usize>(args: &Args<'_>, r: usize) {
    let (src, pitch) = (args.src[0].cast::<R::In>(), args.stride[0]);
    // SAFETY: the caller's promise.
    let rows = std::array::from_fn(|k| unsafe {
        from_raw_parts(src.wrapping_offset(pitch * (r + k) as isize), args.cols)
    });
    // SAFETY: the caller's promise.
    unsafe { zip_items::<R, L, N>(args, r, rows) }
}

/// The same for rows of anything, of as many columns.
///
/// # Safety
/// As for [`Cell::at`], for the cells of the row.
#[inline(always)]
pub(super) unsafe fn zip_items<R: Reducer, L: Level, const N: usize>(
    args: &Args<'_>,
    r: usize,
    rows: [impl Items<Item = R::In>; N],
) {
    // SAFETY: the caller's promise.
    let cells = unsafe { R::Cell::at(&args.fields, args.cell + r * args.cell_step[0], args.cols) };
    let base = args.base.wrapping_add(args.step[0].wrapping_mul(r as i64));
    R::zip::<L, N>(cells, rows, base, args.step);
}

/// Takes up to `NARROW` columns, from column `c` on, into their cells, which are the cell and step given.
///
/// Rows are read `NARROW` wide however many columns there are: the surplus is never stored.
///
/// # Safety
/// As for [`Cell::at`], for each of the cells.
#[inline(always)]
unsafe fn narrow<R: Reducer, L: Level>(
    tile: &[R::In],
    cols: usize,
    c: usize,
    fields: &Fields,
    (at, across): (usize, usize),
    (mut base, step): (i64, [i64; 2]),
) {
    let n = NARROW.min(cols - c);
    // Loops of constant length, so that the cells stay in registers.
    let mut cells = [R::IDENTITY; NARROW];
    for (i, kept) in cells.iter_mut().enumerate() {
        if i < n {
            // SAFETY: the caller's promise.
            let cell = unsafe { R::Cell::at(fields, at + i * across, 1) };
            *kept = R::Cell::get(&cell, 0);
        }
    }
    let mut take = |row: &[R::In; NARROW]| {
        for i in 0..NARROW {
            cells[i] = R::take::<L>(cells[i], row[i], base.wrapping_add(step[1].wrapping_mul(i as i64)));
        }
        base = base.wrapping_add(step[0]);
    };
    let mut rest = &tile[c..];
    while let Some(row) = rest.first_chunk::<NARROW>() {
        take(row);
        rest = rest.get(cols..).unwrap_or_default();
    }
    while !rest.is_empty() {
        let mut row = [R::In::default(); NARROW];
        row[..n].copy_from_slice(&rest[..n]);
        take(&row);
        rest = rest.get(cols..).unwrap_or_default();
    }
    for (i, kept) in cells.into_iter().enumerate() {
        if i < n {
            // SAFETY: the caller's promise.
            let mut cell = unsafe { R::Cell::at(fields, at + i * across, 1) };
            R::Cell::set(&mut cell, 0, kept);
        }
    }
}
