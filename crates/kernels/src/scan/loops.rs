//! The loops over lanes that lie side by side, and over lanes that lie one after the other.

use std::marker::PhantomData;

use super::accumulate::Accumulate;
use crate::args::Args;
use crate::isa::{Body, Level};

/// Lanes whose states are in registers together.
const WIDE: usize = 8;
/// Rows for which they are: enough that states cost little beside elements.
const ROWS: usize = 4;
/// Lanes that are taken one element each in turn, so that additions need not wait for each other.
const IN_TURN: usize = 4;

/// The state of the lane `at` of those that `args` names.
///
/// # Safety
/// There must be such a lane, with an initialised state.
#[inline(always)]
unsafe fn state<A: Accumulate>(args: &Args<'_>, at: usize) -> (A::Sum, A::Errors) {
    // SAFETY: the caller's promise.
    unsafe { (*args.fields[0].cast::<A::Sum>().add(at), *args.fields[1].cast::<A::Errors>().add(at)) }
}

/// Writes the state of a lane.
///
/// # Safety
/// There must be such a lane.
#[inline(always)]
unsafe fn set_state<A: Accumulate>(args: &Args<'_>, at: usize, (sum, errors): (A::Sum, A::Errors)) {
    // SAFETY: the caller's promise.
    unsafe {
        *args.fields[0].cast::<A::Sum>().add(at) = sum;
        *args.fields[1].cast::<A::Errors>().add(at) = errors;
    }
}

/// `rows` elements of each of `cols` lanes that are adjacent in memory; rows are `stride[0]` apart where they are
/// read, and `dst_stride[0]` where results are written (`WRITE`), which may be the same places. The fields are the
/// states of these lanes.
pub(super) struct Columns<A, const WRITE: bool>(pub(super) PhantomData<A>);

impl<A: Accumulate, const WRITE: bool> Columns<A, WRITE> {
    /// `N` lanes from `col`, `rows` rows from `row`.
    ///
    /// # Safety
    /// They must be among those of `args`.
    #[inline(always)]
    unsafe fn strip<const N: usize>(args: &Args<'_>, col: usize, row: usize, rows: usize) {
        let from = args.src[0].cast::<A::Element>().wrapping_add(col);
        let to = args.dst.cast::<A::Element>().wrapping_add(col);
        let mut states = [A::IDENTITY; N];
        for (i, kept) in states.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            *kept = unsafe { state::<A>(args, col + i) };
        }
        for row in row..row + rows {
            let from = from.wrapping_offset(row as isize * args.stride[0]);
            let to = to.wrapping_offset(row as isize * args.dst_stride[0]);
            // All are read before one is written, so that it does not matter if these are the same places.
            let mut x = [A::ZERO; N];
            for (i, x) in x.iter_mut().enumerate() {
                // SAFETY: an element of the row, the caller's promise.
                *x = unsafe { *from.add(i) };
            }
            for (x, kept) in x.iter_mut().zip(&mut states) {
                *kept = A::take(*kept, *x);
                *x = A::value(*kept);
            }
            if WRITE {
                for (i, x) in x.into_iter().enumerate() {
                    // SAFETY: as above, of the results.
                    unsafe { *to.add(i) = x };
                }
            }
        }
        for (i, kept) in states.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { set_state::<A>(args, col + i, kept) };
        }
    }
}

impl<A: Accumulate, const WRITE: bool> Body for Columns<A, WRITE> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let &Args { rows, cols, .. } = args;
        let (wide, even) = (cols / WIDE * WIDE, rows / ROWS * ROWS);
        // SAFETY: all strips lie within the lanes and rows, struct's contract.
        unsafe {
            for row in (0..even).step_by(ROWS) {
                for col in (0..wide).step_by(WIDE) {
                    Self::strip::<WIDE>(args, col, row, ROWS);
                }
            }
            for col in (0..wide).step_by(WIDE) {
                Self::strip::<WIDE>(args, col, even, rows - even);
            }
            let mut col = wide;
            if cols - col >= 4 {
                Self::strip::<4>(args, col, 0, rows);
                col += 4;
            }
            if cols - col >= 2 {
                Self::strip::<2>(args, col, 0, rows);
                col += 2;
            }
            if cols > col {
                Self::strip::<1>(args, col, 0, rows);
            }
        }
    }
}

/// `cols` elements of each of `rows` lanes, each of which is a run of memory; lanes are `stride[0]` apart where they
/// are read, and `dst_stride[0]` where results are written (`WRITE`), which may be the same places. The fields are the
/// states of these lanes.
pub(super) struct Lines<A, const WRITE: bool>(pub(super) PhantomData<A>);

impl<A: Accumulate, const WRITE: bool> Lines<A, WRITE> {
    /// The lanes from `first` on, one element of each in turn.
    ///
    /// # Safety
    /// They must be among those of `args`.
    #[inline(always)]
    unsafe fn in_turn<const N: usize>(args: &Args<'_>, first: usize, begin: usize) {
        let from = args.src[0].cast::<A::Element>().wrapping_offset(first as isize * args.stride[0]);
        let to = args.dst.cast::<A::Element>().wrapping_offset(first as isize * args.dst_stride[0]);
        let mut states = [A::IDENTITY; N];
        for (i, kept) in states.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            *kept = unsafe { state::<A>(args, first + i) };
        }
        for at in begin..args.cols {
            for (i, kept) in states.iter_mut().enumerate() {
                let i = i as isize;
                // SAFETY: an element of a lane, the caller's promise.
                *kept = A::take(*kept, unsafe { *from.offset(i * args.stride[0]).add(at) });
                if WRITE {
                    // SAFETY: as above, of the results.
                    unsafe { *to.offset(i * args.dst_stride[0]).add(at) = A::value(*kept) };
                }
            }
        }
        for (i, kept) in states.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { set_state::<A>(args, first + i, kept) };
        }
    }

    /// The lane `line`, eight elements at a time. Returns how many elements were taken in.
    ///
    /// # Safety
    /// It must be among those of `args`.
    #[inline(always)]
    unsafe fn by_prefixes(args: &Args<'_>, line: usize) -> usize {
        let from = args.src[0].cast::<A::Element>().wrapping_offset(line as isize * args.stride[0]);
        let to = args.dst.cast::<A::Element>().wrapping_offset(line as isize * args.dst_stride[0]);
        // SAFETY: the caller's promise.
        let mut kept = unsafe { state::<A>(args, line) };
        let even = args.cols / WIDE * WIDE;
        for at in (0..even).step_by(WIDE) {
            let mut x = [A::ZERO; WIDE];
            for (i, x) in x.iter_mut().enumerate() {
                // SAFETY: an element of the lane, the caller's promise.
                *x = unsafe { *from.add(at + i) };
            }
            let states = A::prefixes(kept, x);
            kept = states[WIDE - 1];
            if WRITE {
                for (i, state) in states.into_iter().enumerate() {
                    // SAFETY: as above, of the results.
                    unsafe { *to.add(at + i) = A::value(state) };
                }
            }
        }
        // SAFETY: the caller's promise.
        unsafe { set_state::<A>(args, line, kept) };
        even
    }
}

impl<A: Accumulate, const WRITE: bool> Body for Lines<A, WRITE> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let rows = args.rows;
        // SAFETY: all of them are lanes, struct's contract.
        unsafe {
            if A::BY_PREFIXES {
                for line in 0..rows {
                    let taken = Self::by_prefixes(args, line);
                    Self::in_turn::<1>(args, line, taken);
                }
                return;
            }
            let even = rows / IN_TURN * IN_TURN;
            for first in (0..even).step_by(IN_TURN) {
                Self::in_turn::<IN_TURN>(args, first, 0);
            }
            for first in even..rows {
                Self::in_turn::<1>(args, first, 0);
            }
        }
    }
}
