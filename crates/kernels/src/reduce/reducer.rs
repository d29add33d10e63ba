//! The contract of a reduction.
//!
//! A [`Reducer`] says what to do with one cell; `loops.rs` and the methods here do it to tiles and states.
//! The functions of the module see only the object-safe [`Family`].

use std::marker::PhantomData;

use chunkwise_core::{DType, Element};

use super::cell::{Cell, Fields};
use super::items::Items;
use super::loops::{Fold, Run, Zip};
use super::{AllNan, Layout, Shape, Without};
use crate::isa::Level;
use crate::{Code, Isa};

/// A reduction of elements of one type.
pub(super) trait Reducer: Send + Sync + 'static {
    /// What it reduces.
    type In: Element;
    /// What it keeps.
    type Cell: Cell;
    /// What it gives.
    type Out: Element;
    /// The state of no elements.
    const IDENTITY: Self::Cell;

    /// The best instruction set for which its loops are compiled. Wider vectors than those of AVX2 do little
    /// for loops that wait for memory, and compiling is not free: only the most used types have them.
    const WIDEST: Isa = match Self::In::DTYPE {
        DType::F32 | DType::F64 | DType::I64 => Isa::Avx512,
        _ => Isa::Avx2,
    };

    /// Whether the result is the same however elements are grouped. If so, a whole run is taken in at once.
    const EXACT: bool;

    /// Takes consecutive elements into one cell, in any order that depends on their number alone.
    fn leaf<L: Level>(cell: Self::Cell, leaf: &Run<'_, Self::In>) -> Self::Cell;

    /// Takes one element, which has this index, into its cell.
    fn take<L: Level>(cell: Self::Cell, x: Self::In, index: i64) -> Self::Cell;

    /// Takes the elements of a column, which have the index given and so far apart, into the column's cell.
    #[inline(always)]
    fn column<L: Level, const N: usize>(
        cell: Self::Cell,
        column: [Self::In; N],
        index: i64,
        step: i64,
    ) -> Self::Cell {
        (0..N).fold(cell, |cell, k| {
            Self::take::<L>(cell, column[k], index.wrapping_add(step.wrapping_mul(k as i64)))
        })
    }

    /// Takes a few rows of elements into a row of cells; all have one length. Row `k` and column `i` have the
    /// index `base + k * step[0] + i * step[1]`.
    #[inline(always)]
    fn zip<L: Level, const N: usize>(
        mut cells: <Self::Cell as Cell>::Row<'_>,
        rows: [impl Items<Item = Self::In>; N],
        base: i64,
        step: [i64; 2],
    ) {
        for i in 0..rows[0].len() {
            let index = base.wrapping_add(step[1].wrapping_mul(i as i64));
            let cell = Self::Cell::get(&cells, i);
            let cell = Self::column::<L, N>(cell, rows.map(|row| row.at(i)), index, step[0]);
            Self::Cell::set(&mut cells, i, cell);
        }
    }

    /// The state of the elements of `into`, then those of `from`.
    fn merge(into: Self::Cell, from: Self::Cell) -> Self::Cell;

    /// The result of a cell that has taken in `count` elements.
    fn finish(&self, cell: Self::Cell, count: u64) -> Result<Self::Out, AllNan>;
}

/// A sum of elements, which may be computed one by one.
pub(super) trait Sum: Reducer {
    /// Takes consecutive elements into one cell, as [`Reducer::leaf`] does.
    fn items(cell: Self::Cell, leaf: impl Items<Item = Self::In>) -> Self::Cell;
}

/// How many elements cells have taken in.
#[derive(Clone, Copy)]
pub(super) enum Counts<'a> {
    /// All of them as many.
    Same(u64),
    /// Each its own number, none negative.
    Each(&'a [i64]),
}

/// A reduction, whatever its types.
pub(super) trait Family {
    /// See [`layout`](super::layout).
    fn layout(&self) -> Layout;

    /// See [`init`](super::init).
    ///
    /// # Safety
    /// As there.
    unsafe fn init(&self, state: *mut u8, cells: usize);

    /// See [`merge`](super::merge).
    ///
    /// # Safety
    /// As there.
    unsafe fn merge(&self, into: *mut u8, from: *const u8, cells: usize);

    /// See [`finish`](super::finish).
    ///
    /// # Errors
    /// As there.
    ///
    /// # Safety
    /// As there.
    unsafe fn finish(
        &self,
        state: *const u8,
        cells: usize,
        counts: Counts<'_>,
        out: *mut u8,
    ) -> Result<(), Without>;

    /// The loop over tiles of this shape. Its operand must be a register of the reduced type, and its fields
    /// those of a state that has the cells that the tile lies over. For [`Shape::Rows`] the rows of the operand may lie
    /// as far apart as `stride` says.
    fn code(&self, shape: Shape, isa: Isa) -> Code;
}

/// Where each field of a state of `cells` cells begins.
///
/// # Safety
/// `state` must be valid for `layout.bytes(cells)` bytes.
unsafe fn fields(layout: &Layout, state: *mut u8, cells: usize) -> Fields {
    let mut fields = [state; 4];
    for (i, field) in fields.iter_mut().enumerate().take(layout.fields.len()) {
        // SAFETY: within the state.
        *field = unsafe { state.add(layout.offset(i, cells)) };
    }
    fields
}

impl<R: Reducer> Family for R {
    fn layout(&self) -> Layout {
        Layout { fields: R::Cell::FIELDS.iter().copied().collect() }
    }

    unsafe fn init(&self, state: *mut u8, cells: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut row = R::Cell::at(&fields(&self.layout(), state, cells), 0, cells);
            for i in 0..cells {
                R::Cell::set(&mut row, i, R::IDENTITY);
            }
        }
    }

    unsafe fn merge(&self, into: *mut u8, from: *const u8, cells: usize) {
        const CHUNK: usize = 64;
        let layout = self.layout();
        for at in (0..cells).step_by(CHUNK) {
            let n = CHUNK.min(cells - at);
            // SAFETY: the caller's promise; of `from` a copy is made, which nothing else can reach.
            let (mut into, mut lanes) = unsafe {
                let from = R::Cell::at(&fields(&layout, from.cast_mut(), cells), at, n);
                let mut lanes = R::IDENTITY.splat::<CHUNK>();
                for i in 0..n {
                    R::Cell::set(&mut R::Cell::row(&mut lanes), i, R::Cell::get(&from, i));
                }
                (R::Cell::at(&fields(&layout, into, cells), at, n), lanes)
            };
            let from = R::Cell::row(&mut lanes);
            for i in 0..n {
                let merged = R::merge(R::Cell::get(&into, i), R::Cell::get(&from, i));
                R::Cell::set(&mut into, i, merged);
            }
        }
    }

    unsafe fn finish(
        &self,
        state: *const u8,
        cells: usize,
        counts: Counts<'_>,
        out: *mut u8,
    ) -> Result<(), Without> {
        // SAFETY: the caller's promise; the state is only read.
        let row = unsafe { R::Cell::at(&fields(&self.layout(), state.cast_mut(), cells), 0, cells) };
        let write = |i: usize, count: u64| {
            let result = R::finish(self, R::Cell::get(&row, i), count);
            let result = result.map_err(|why| Without { cell: i, why })?;
            // SAFETY: there is room for `cells` results, by the caller's promise.
            unsafe { out.cast::<R::Out>().add(i).write(result) };
            Ok(())
        };
        // Two loops: where all counts are the same, the compiler makes vectors of the first.
        match counts {
            Counts::Same(count) => (0..cells).try_for_each(|i| write(i, count)),
            Counts::Each(counts) => (0..cells).try_for_each(|i| write(i, counts[i] as u64)),
        }
    }

    fn code(&self, shape: Shape, isa: Isa) -> Code {
        let isa = isa.min(R::WIDEST);
        match shape {
            Shape::All | Shape::Columns => Code::new(Fold::<R>(PhantomData), isa),
            Shape::Rows | Shape::None => Code::new(Zip::<R>(PhantomData), isa),
        }
    }
}
