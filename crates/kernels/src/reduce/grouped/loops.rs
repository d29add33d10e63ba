//! The loops that take tiles in.

use chunkwise_core::DType;

use super::sort::{Sorter, Unsorted};
use super::tally::{self, Tally};
use crate::args::Args;
use crate::compress::Compress;
use crate::isa::{Code, Isa};
use crate::reduce::{Layout, ReduceOp, Shape, code, layout};

/// The loops of a grouped reduction.
#[derive(Debug)]
pub(crate) struct Loops {
    layout: Layout,
    /// Whether nothing but the counts is wanted.
    counts_only: bool,
    /// Groups; one for a mask.
    groups: usize,
    /// Whether the groups are given by a mask.
    mask: bool,
    /// Moves what a mask takes next to each other; knows the size of an element.
    compress: Compress,
    /// Takes a run into one cell.
    all: Code,
    /// Takes a row into a row of cells.
    row: Code,
}

/// A tile with its groups, and how it lies over the cells of one group.
#[derive(Clone, Copy)]
pub(crate) struct GroupedTile {
    pub(crate) src: *const u8,
    pub(crate) by: *const u8,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) state: *mut u8,
    /// Cells of the state, those of all groups.
    pub(crate) cells: usize,
    /// The cell of the tile's first position in the first group.
    pub(crate) cell: usize,
    /// Cells from one row to the next and from one column to the next.
    pub(crate) cell_step: [usize; 2],
}

/// Memory of one grouped reduction, kept from tile to tile.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    sorter: Sorter,
    tally: Tally,
}

impl Loops {
    pub(crate) fn new(op: ReduceOp, operand: DType, by: DType, groups: usize, isa: Isa) -> Self {
        Loops {
            layout: layout(op, operand),
            counts_only: op == ReduceOp::Count,
            groups,
            mask: by.is_bool(),
            compress: Compress::new(operand.size(), isa),
            all: code(op, operand, Shape::All, isa),
            row: code(op, operand, Shape::Rows, isa),
        }
    }

    /// Prepares for tiles of a box of `len` elements, for a state of so many cells.
    pub(crate) fn begin(&self, memory: &mut Memory, len: usize, cells: usize) {
        let whole = self.counts_only && !self.mask && cells == self.groups;
        memory.tally.begin(if whole { self.groups } else { 0 }, len);
    }

    /// Adds what was counted apart to the state, after the last tile of a box.
    ///
    /// # Safety
    /// The state must be the one that the tiles since [`begin`](Self::begin) had, of so many cells.
    pub(crate) unsafe fn settle(&self, memory: &mut Memory, state: *mut u8, cells: usize) {
        if memory.tally.is_used() {
            // SAFETY: the caller's promise.
            let counts = unsafe { self.counts(state, cells) };
            memory.tally.settle(counts);
        }
    }

    /// The counts of a state.
    ///
    /// # Safety
    /// The state must be initialised, for so many cells, and not accessed otherwise while the slice lives.
    unsafe fn counts<'a>(&self, state: *mut u8, cells: usize) -> &'a mut [i64] {
        // SAFETY: the caller's promise; counts come after the fields.
        unsafe { std::slice::from_raw_parts_mut(state.add(self.layout.bytes(cells)).cast::<i64>(), cells) }
    }

    /// Takes a tile in.
    ///
    /// # Safety
    /// `src` and `by` must hold `rows * cols` elements of the types that the loops were made for; the state must be
    /// initialised, and the cells that the tile lies over in every group within it. The memory must have been prepared
    /// for the box, and is settled after its last tile.
    pub(crate) unsafe fn run(&self, tile: GroupedTile, memory: &mut Memory) {
        let GroupedTile { src, by, rows, cols, cell, cell_step: [down, right], .. } = tile;
        let by_size = if self.mask { 1 } else { 8 };
        // SAFETY: the caller's promise; rows lie one after the other.
        unsafe {
            if rows * cols == 0 {
                return;
            }
            if (right == 0 || cols == 1) && (down == 0 || rows == 1) {
                return self.run_one(tile, rows * cols, memory);
            }
            for r in 0..rows {
                let row = GroupedTile {
                    src: src.add(r * cols * self.compress.size()),
                    by: by.add(r * cols * by_size),
                    cell: cell + r * down,
                    ..tile
                };
                if right == 0 {
                    self.run_one(row, cols, memory);
                } else {
                    self.run_across(row);
                }
            }
        }
    }

    /// The group of element `i`, `groups` or more for none.
    ///
    /// # Safety
    /// As for [`Loops::run`], element `i` must be one of `by`.
    #[inline(always)]
    unsafe fn group(&self, by: *const u8, i: usize) -> u64 {
        // SAFETY: the caller's promise.
        unsafe {
            if self.mask { 1 - u64::from(*by.add(i) != 0) } else { by.cast::<i64>().add(i).read() as u64 }
        }
    }

    /// Takes `len` elements that share a cell in each group.
    ///
    /// # Safety
    /// As for [`Loops::run`].
    unsafe fn run_one(&self, tile: GroupedTile, len: usize, memory: &mut Memory) {
        let GroupedTile { src, by, state, cells, cell, .. } = tile;
        let (size, groups) = (self.compress.size(), self.groups);
        let stride = cells / groups.max(1);
        // SAFETY: the caller's promise; groups are checked before they are used, and the memory has room for a tile.
        unsafe {
            let counts = self.counts(state, cells);
            match (self.counts_only, self.mask) {
                (true, true) => {
                    let mask = std::slice::from_raw_parts(by, len);
                    counts[cell] += mask.iter().map(|&taken| i64::from(taken != 0)).sum::<i64>();
                }
                (true, false) => {
                    let by = std::slice::from_raw_parts(by.cast::<u64>(), len);
                    if memory.tally.is_used() {
                        memory.tally.take(by, counts);
                    } else {
                        tally::count(by, groups, &mut counts[cell..], stride);
                    }
                }
                (false, true) => {
                    let taken = memory.sorter.room(len * size);
                    let n = self.compress.run(src, by, len, taken);
                    counts[cell] += n as i64;
                    self.take(tile, cell, taken, n);
                }
                (false, false) => {
                    let unsorted = Unsorted { size, src, by: by.cast(), len, groups };
                    memory.sorter.each_run(unsorted, |group, run, n| {
                        let cell = cell + group * stride;
                        counts[cell] += n as i64;
                        self.take(tile, cell, run, n);
                    });
                }
            }
        }
    }

    /// Takes `len` neighbouring elements into a cell.
    ///
    /// # Safety
    /// As for [`Loops::run`].
    unsafe fn take(&self, tile: GroupedTile, cell: usize, src: *const u8, len: usize) {
        let src = [src];
        let args =
            Args { src: &src, len, rows: 1, cols: len, fields: self.fields(tile), cell, ..Args::default() };
        // SAFETY: the caller's promise.
        unsafe { self.all.run(&args) }
    }

    fn fields(&self, tile: GroupedTile) -> [*mut u8; 4] {
        let mut fields = [tile.state; 4];
        for (f, field) in fields.iter_mut().enumerate().take(self.layout.fields.len()) {
            *field = tile.state.wrapping_add(self.layout.offset(f, tile.cells));
        }
        fields
    }

    /// Takes a row of elements, each of which has a cell of its own in each group.
    ///
    /// # Safety
    /// As for [`Loops::run`].
    unsafe fn run_across(&self, tile: GroupedTile) {
        let GroupedTile { src, by, cols, cell, cell_step: [_, right], cells, state, .. } = tile;
        let stride = cells / self.groups.max(1);
        let mut begin = 0;
        // SAFETY: the caller's promise; groups are checked before they are used.
        unsafe {
            let counts = self.counts(state, cells);
            while begin < cols {
                let group = self.group(by, begin);
                let mut end = begin + 1;
                while end < cols && self.group(by, end) == group {
                    end += 1;
                }
                if group < self.groups as u64 {
                    let cell = cell + group as usize * stride + begin * right;
                    let len = end - begin;
                    (0..len).for_each(|i| counts[cell + i * right] += 1);
                    let src = [src.add(begin * self.compress.size())];
                    let args = Args {
                        src: &src,
                        len,
                        rows: 1,
                        cols: len,
                        fields: self.fields(tile),
                        cell,
                        cell_step: [0, right],
                        ..Args::default()
                    };
                    if !self.counts_only {
                        self.row.run(&args);
                    }
                }
                begin = end;
            }
        }
    }
}
