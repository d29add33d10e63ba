//! Reductions of groups: a second register says which group each element belongs to.
//!
//! A state has the cells of every group one after the other, and for each cell the number of elements that it has
//! taken in, after the fields of the reduction. A tile is sorted by group first (a counting sort, which keeps the order
//! of the elements), and each group's run goes through the loop that serves elements without groups. Masks are the
//! case of one group, to which an element belongs or not.

use chunkwise_core::DType;

use super::{AllNan, Layout, ReduceOp, Shape, Without, code, family, layout};
use crate::args::Args;
use crate::isa::{Code, Isa};

/// Bytes of a state of `cells` cells: the fields, and how many elements each cell has taken in.
pub fn bytes(op: ReduceOp, operand: DType, cells: usize) -> usize {
    counts_at(op, operand, cells) + cells * size_of::<i64>()
}

fn counts_at(op: ReduceOp, operand: DType, cells: usize) -> usize {
    layout(op, operand).bytes(cells)
}

/// The counts of a state.
///
/// # Safety
/// `state` must be a state of so many cells, which nothing else accesses while the slice lives.
unsafe fn counts<'a>(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) -> &'a mut [i64] {
    // SAFETY: the caller's promise; the fields before it take multiples of 64 bytes.
    unsafe { std::slice::from_raw_parts_mut(state.add(counts_at(op, operand, cells)).cast(), cells) }
}

/// Writes the state of no elements.
///
/// # Safety
/// `state` must be valid for writes of [`bytes`] bytes and 64-byte aligned.
pub unsafe fn init(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        super::init(op, operand, state, cells);
        state.add(counts_at(op, operand, cells)).write_bytes(0, cells * size_of::<i64>());
    }
}

/// Merges `from`, whose elements come after those of `into`, into `into`.
///
/// # Safety
/// Both must be initialised states of `cells` cells that do not overlap.
pub unsafe fn merge(op: ReduceOp, operand: DType, into: *mut u8, from: *const u8, cells: usize) {
    // SAFETY: the caller's promise; `from` is only read.
    unsafe {
        super::merge(op, operand, into, from, cells);
        let from = counts(op, operand, from.cast_mut(), cells);
        for (into, from) in counts(op, operand, into, cells).iter_mut().zip(from) {
            *into += *from;
        }
    }
}

/// A group without elements, whose reduction therefore has no value, and no NaN to stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no elements{} to take the {op} of", group.map_or_else(String::new, |group| format!(" in group {group}")))]
pub struct NoElements {
    /// The reduction.
    pub op: &'static str,
    /// The group, if there are several.
    pub group: Option<usize>,
}

/// Why a cell has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has taken in nothing but NaN.
    AllNan(AllNan),
    /// It has taken in nothing.
    NoElements(NoElements),
}

/// What becomes of a reduction that needs elements where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum OfNothing {
    /// An error.
    Fails,
    /// NaN, where the type of the result has one, else an error.
    Nan,
}

/// Writes the results of `cells` cells to `out`, row-major elements of `op.result(operand)`.
///
/// # Errors
/// The first cell without a result, and why it has none.
///
/// # Safety
/// `state` must be an initialised state of `cells` cells; `out` must be valid for writes of `cells` elements.
pub unsafe fn finish(
    op: ReduceOp,
    operand: DType,
    state: *const u8,
    cells: usize,
    of_nothing: OfNothing,
    out: *mut u8,
) -> Result<(), (usize, Reason)> {
    // SAFETY: the caller's promise; the state is only read.
    let counts = unsafe { counts(op, operand, state.cast_mut(), cells) };
    if op == ReduceOp::Count {
        // Nothing else was taken in.
        // SAFETY: `out` has room for as many (caller), and is no part of the state.
        unsafe { std::ptr::copy_nonoverlapping(counts.as_ptr(), out.cast::<i64>(), cells) };
        return Ok(());
    }
    let result = op.result(operand).unwrap_or(operand);
    let nan = of_nothing == OfNothing::Nan && (result.is_float() || result.is_complex());
    let empty = counts.iter().position(|&n| n == 0).filter(|_| op.needs_elements());
    if let Some(cell) = empty.filter(|_| !nan) {
        return Err((cell, Reason::NoElements(NoElements { op: op.name(), group: None })));
    }
    // SAFETY: the caller's promise.
    let finished = unsafe { family(op, operand).finish(state, cells, &|cell| counts[cell] as u64, out) };
    finished.map_err(|Without { cell, why }| (cell, Reason::AllNan(why)))?;
    if empty.is_some() {
        for cell in (0..cells).filter(|&cell| counts[cell] == 0) {
            // SAFETY: as above.
            unsafe { write_nan(result, out, cell) };
        }
    }
    Ok(())
}

/// # Safety
/// `out` must be valid for writing element `cell` of this type, a float or complex one.
unsafe fn write_nan(dtype: DType, out: *mut u8, cell: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match dtype {
            DType::F32 => out.cast::<f32>().add(cell).write(f32::NAN),
            DType::C32 => out.cast::<[f32; 2]>().add(cell).write([f32::NAN; 2]),
            DType::C64 => out.cast::<[f64; 2]>().add(cell).write([f64::NAN; 2]),
            _ => out.cast::<f64>().add(cell).write(f64::NAN),
        }
    }
}

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
    /// Bytes of an element.
    size: usize,
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

/// Memory for sorting a tile, kept from tile to tile.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    sorted: Vec<u128>,
    starts: Vec<u32>,
    order: Vec<(u64, u32)>,
}

impl Loops {
    pub(crate) fn new(op: ReduceOp, operand: DType, by: DType, groups: usize, isa: Isa) -> Self {
        Loops {
            layout: layout(op, operand),
            counts_only: op == ReduceOp::Count,
            groups,
            mask: by.is_bool(),
            size: operand.size(),
            all: code(op, operand, Shape::All, isa),
            row: code(op, operand, Shape::Rows, isa),
        }
    }

    /// Takes a tile in.
    ///
    /// # Safety
    /// `src` and `by` must hold `rows * cols` elements of the types that the loops were made for; the state must be
    /// initialised, and the cells that the tile lies over in every group within it.
    pub(crate) unsafe fn run(&self, tile: GroupedTile, sorter: &mut Sorter) {
        let GroupedTile { src, by, rows, cols, cell, cell_step: [down, right], .. } = tile;
        let by_size = if self.mask { 1 } else { 8 };
        // SAFETY: the caller's promise; rows lie one after the other.
        unsafe {
            if rows * cols == 0 {
                return;
            }
            if (right == 0 || cols == 1) && (down == 0 || rows == 1) {
                return self.run_one(tile, rows * cols, sorter);
            }
            for r in 0..rows {
                let row = GroupedTile {
                    src: src.add(r * cols * self.size),
                    by: by.add(r * cols * by_size),
                    cell: cell + r * down,
                    ..tile
                };
                if right == 0 {
                    self.run_one(row, cols, sorter);
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
    unsafe fn run_one(&self, tile: GroupedTile, len: usize, sorter: &mut Sorter) {
        let stride = tile.cells / self.groups.max(1);
        // SAFETY: the caller's promise; groups are checked before they are used.
        unsafe {
            let counts = std::slice::from_raw_parts_mut(
                tile.state.add(self.layout.bytes(tile.cells)).cast::<i64>(),
                tile.cells,
            );
            if self.counts_only {
                if self.mask {
                    let mask = std::slice::from_raw_parts(tile.by, len);
                    counts[tile.cell] += mask.iter().map(|&taken| i64::from(taken != 0)).sum::<i64>();
                } else {
                    let by = std::slice::from_raw_parts(tile.by.cast::<u64>(), len);
                    self.count(by, &mut counts[tile.cell..], stride, &mut sorter.starts);
                }
                return;
            }
            sorter.sorted.resize((len * self.size).div_ceil(16).max(sorter.sorted.len()), 0);
            let sorted = sorter.sorted.as_mut_ptr().cast::<u8>();
            if self.mask {
                let n = compress(self.size, tile.src, tile.by, len, sorted);
                counts[tile.cell] += n as i64;
                return self.take(tile, tile.cell, sorted, n);
            }
            if self.groups > 4 * len {
                return self.run_sparse(tile, len, (sorter, stride), counts);
            }
            // A counting sort. Elements of no group are counted in the last place and left out.
            let groups = self.groups;
            sorter.starts.clear();
            sorter.starts.resize(groups + 2, 0);
            for i in 0..len {
                sorter.starts[self.group(tile.by, i).min(groups as u64) as usize + 1] += 1;
            }
            for g in 0..groups {
                sorter.starts[g + 1] += sorter.starts[g];
            }
            for i in 0..len {
                let group = self.group(tile.by, i);
                if group < groups as u64 {
                    let at = &mut sorter.starts[group as usize];
                    copy(self.size, tile.src, i, sorted, *at as usize);
                    *at += 1;
                }
            }
            // Each start has moved to the end of its group.
            let mut begin = 0;
            for g in 0..groups {
                let end = sorter.starts[g] as usize;
                if end > begin {
                    let cell = tile.cell + g * stride;
                    counts[cell] += (end - begin) as i64;
                    self.take(tile, cell, sorted.add(begin * self.size), end - begin);
                }
                begin = end;
            }
        }
    }

    /// Adds how many elements each group has to every `stride`th of `counts`. Negative groups are huge ones here.
    fn count(&self, by: &[u64], counts: &mut [i64], stride: usize, tables: &mut Vec<u32>) {
        let groups = self.groups as u64;
        if by.len() < 8 * self.groups {
            for &group in by.iter().filter(|&&group| group < groups) {
                counts[group as usize * stride] += 1;
            }
            return;
        }
        // Two tables, so that an element need not wait for the count of its neighbour, with a place for what belongs
        // to no group, so that nothing branches.
        let places = self.groups + 1;
        tables.clear();
        tables.resize(2 * places, 0);
        let (even, odd) = tables.split_at_mut(places);
        let mut pairs = by.chunks_exact(2);
        for pair in &mut pairs {
            even[pair[0].min(groups) as usize] += 1;
            odd[pair[1].min(groups) as usize] += 1;
        }
        for &group in pairs.remainder() {
            even[group.min(groups) as usize] += 1;
        }
        let all = even.iter().zip(odd).take(self.groups);
        for (group, (even, odd)) in all.enumerate() {
            counts[group * stride] += i64::from(*even) + i64::from(*odd);
        }
    }

    /// As [`Loops::run_one`], for many more groups than elements.
    ///
    /// # Safety
    /// As for [`Loops::run`].
    unsafe fn run_sparse(
        &self,
        tile: GroupedTile,
        len: usize,
        (sorter, stride): (&mut Sorter, usize),
        counts: &mut [i64],
    ) {
        let Sorter { sorted, order, .. } = sorter;
        let sorted = sorted.as_mut_ptr().cast::<u8>();
        // SAFETY: the caller's promise.
        unsafe {
            order.clear();
            order.extend((0..len).map(|i| (self.group(tile.by, i), i as u32)));
            order.retain(|(group, _)| *group < self.groups as u64);
            order.sort_unstable();
            for (at, &(_, i)) in order.iter().enumerate() {
                copy(self.size, tile.src, i as usize, sorted, at);
            }
            let mut begin = 0;
            for run in order.chunk_by(|a, b| a.0 == b.0) {
                let cell = tile.cell + run[0].0 as usize * stride;
                counts[cell] += run.len() as i64;
                self.take(tile, cell, sorted.add(begin * self.size), run.len());
                begin += run.len();
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
            let counts =
                std::slice::from_raw_parts_mut(state.add(self.layout.bytes(cells)).cast::<i64>(), cells);
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
                    let src = [src.add(begin * self.size)];
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

/// Copies element `from` of `src` to element `to` of `dst`.
///
/// # Safety
/// Both must be elements of `size` bytes.
#[inline(always)]
unsafe fn copy(size: usize, src: *const u8, from: usize, dst: *mut u8, to: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            8 => dst.cast::<u64>().add(to).write_unaligned(src.cast::<u64>().add(from).read_unaligned()),
            4 => dst.cast::<u32>().add(to).write_unaligned(src.cast::<u32>().add(from).read_unaligned()),
            1 => dst.add(to).write(src.add(from).read()),
            2 => dst.cast::<u16>().add(to).write_unaligned(src.cast::<u16>().add(from).read_unaligned()),
            _ => dst
                .cast::<[u64; 2]>()
                .add(to)
                .write_unaligned(src.cast::<[u64; 2]>().add(from).read_unaligned()),
        }
    }
}

/// Moves the elements of `src` for which the byte of `mask` is one to `dst`, in order; tells how many there are.
///
/// # Safety
/// `src` and `mask` must hold `len` elements, of `size` bytes and of one byte; `dst` must be valid for writing as
/// many of `size` bytes, and overlap neither.
pub(crate) unsafe fn compress(
    size: usize,
    src: *const u8,
    mask: *const u8,
    len: usize,
    dst: *mut u8,
) -> usize {
    // SAFETY: the caller's promise; every element is written where the next one that stays goes.
    unsafe {
        match size {
            1 => compress_as::<u8>(src, mask, len, dst),
            2 => compress_as::<u16>(src, mask, len, dst),
            4 => compress_as::<u32>(src, mask, len, dst),
            8 => compress_as::<u64>(src, mask, len, dst),
            _ => compress_as::<[u64; 2]>(src, mask, len, dst),
        }
    }
}

/// # Safety
/// As for [`compress`].
unsafe fn compress_as<T: Copy>(src: *const u8, mask: *const u8, len: usize, dst: *mut u8) -> usize {
    let (src, dst) = (src.cast::<T>(), dst.cast::<T>());
    let mut n = 0;
    for i in 0..len {
        // SAFETY: the caller's promise; `n <= i`.
        unsafe {
            dst.add(n).write_unaligned(src.add(i).read_unaligned());
            n += usize::from(*mask.add(i) != 0);
        }
    }
    n
}
