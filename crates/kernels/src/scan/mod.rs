//! Scans: running sums and products along an axis.
//!
//! A *lane* is what lies along the scanned axis at one position of the others. A scan keeps a state for each lane, which
//! a [`Scan`] takes from one box to the next: boxes of a lane that come one after the other are passed the same state.
//! States of boxes that were taken in apart can be [merged](Scan::merge).
//!
//! Integers wrap. Sums of `f32` are kept in `f64`. Sums of `f64` carry their rounding errors along, as those of
//! [`reduce`](crate::reduce) do. Sums of complex numbers are those of their parts, which lie side by side as two lanes.
//! Products are taken element after element, in `f64`. What a result is does not depend on the instruction set.

mod accumulate;
mod layout;
mod loops;
mod op;

#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use chunkwise_core::{Complex, DType};

use crate::args::Args;
use crate::isa::{Code, Isa};
use accumulate::{Accumulate, CompensatedSum, Product, WideSum, WrappingProd, WrappingSum};
use layout::Layout;
use loops::{Columns, Lines};

pub use op::ScanOp;

/// Memory of a box: its first element, and elements from one position to the next along each axis.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a, P> {
    /// The element at the box's first position.
    pub ptr: P,
    /// One stride for each axis of the box.
    pub strides: &'a [isize],
}

/// The states of the lanes of a box.
#[derive(Clone, Copy, Debug)]
pub struct States<'a> {
    /// The first of all states.
    pub ptr: *mut u8,
    /// How many there are.
    pub count: usize,
    /// The number of the state of the box's first lane.
    pub first: usize,
    /// States from one position to the next along each axis of the box; what it says of the scanned axis is not used.
    pub strides: &'a [isize],
}

/// A box of elements to scan.
#[derive(Clone, Copy, Debug)]
pub struct ScanBox<'a> {
    /// Lengths of the axes.
    pub shape: &'a [usize],
    /// The axis to scan along.
    pub axis: usize,
    /// The elements.
    pub from: Operand<'a, *const u8>,
    /// Where results go; nowhere, if only the states are wanted.
    pub to: Option<Operand<'a, *mut u8>>,
    /// The states of the lanes before the box, and after it.
    pub states: States<'a>,
}

/// A scan of one dtype, with the loops that this machine should run.
///
/// ```
/// use chunkwise_core::DType;
/// use chunkwise_kernels::Isa;
/// use chunkwise_kernels::scan::{Operand, Scan, ScanBox, ScanOp, States};
///
/// let scan = Scan::new(ScanOp::Sum, DType::I64, Isa::detect()).expect("sums are integers of 64 bits");
/// let (x, mut y, mut state) = ([1i64, 2, 3, 4], [0i64; 4], [0u64; 1]);
/// assert_eq!(scan.state_bytes(1), 8);
/// // SAFETY: the state is of one lane; all four elements are within the arrays, which do not overlap.
/// unsafe {
///     scan.init(state.as_mut_ptr().cast(), 1);
///     scan.run(&ScanBox {
///         shape: &[4],
///         axis: 0,
///         from: Operand { ptr: x.as_ptr().cast(), strides: &[1] },
///         to: Some(Operand { ptr: y.as_mut_ptr().cast(), strides: &[1] }),
///         states: States { ptr: state.as_mut_ptr().cast(), count: 1, first: 0, strides: &[0] },
///     });
/// }
/// assert_eq!((y, state), ([1, 3, 6, 10], [10]));
/// ```
#[derive(Debug)]
pub struct Scan {
    /// Lanes of the loops for each lane of the user's: two for the parts of complex numbers.
    parts: usize,
    /// Bytes of what the loops take as an element.
    size: usize,
    /// Bytes of both fields of a lane of the loops.
    fields: [usize; 2],
    /// The loops over columns and over lines, with results and without.
    columns: [Code; 2],
    lines: [Code; 2],
    init: unsafe fn(*mut u8, usize),
    merge: unsafe fn(*mut u8, *const u8, usize),
}

impl Scan {
    /// The scan of elements of this type; `None` if it is not [defined](ScanOp::is_defined).
    pub fn new(op: ScanOp, dtype: DType, isa: Isa) -> Option<Scan> {
        Some(match (op, dtype) {
            (ScanOp::Sum, DType::I64 | DType::U64) => Scan::of::<WrappingSum>(1, isa),
            (ScanOp::Sum, DType::F32) => Scan::of::<WideSum>(1, isa),
            (ScanOp::Sum, DType::F64) => Scan::of::<CompensatedSum>(1, isa),
            (ScanOp::Sum, DType::C32) => Scan::of::<WideSum>(2, isa),
            (ScanOp::Sum, DType::C64) => Scan::of::<CompensatedSum>(2, isa),
            (ScanOp::Prod, DType::I64 | DType::U64) => Scan::of::<WrappingProd>(1, isa),
            (ScanOp::Prod, DType::F32) => Scan::of::<Product<f32>>(1, isa),
            (ScanOp::Prod, DType::F64) => Scan::of::<Product<f64>>(1, isa),
            (ScanOp::Prod, DType::C32) => Scan::of::<Product<Complex<f32>>>(1, isa),
            (ScanOp::Prod, DType::C64) => Scan::of::<Product<Complex<f64>>>(1, isa),
            _ => return None,
        })
    }

    fn of<A: Accumulate>(parts: usize, isa: Isa) -> Scan {
        Scan {
            parts,
            size: size_of::<A::Element>(),
            fields: [size_of::<A::Sum>(), size_of::<A::Errors>()],
            columns: [
                Code::new(Columns::<A, false>(PhantomData), isa),
                Code::new(Columns::<A, true>(PhantomData), isa),
            ],
            lines: [
                Code::new(Lines::<A, false>(PhantomData), isa),
                Code::new(Lines::<A, true>(PhantomData), isa),
            ],
            init: init::<A>,
            merge: merge::<A>,
        }
    }

    /// Bytes of the states of so many lanes.
    pub fn state_bytes(&self, lanes: usize) -> usize {
        (self.fields[0] + self.fields[1]) * self.parts * lanes
    }

    /// Writes the states of lanes of no elements.
    ///
    /// # Safety
    /// `states` must be valid for writes of `state_bytes(lanes)` bytes, and aligned to 8.
    pub unsafe fn init(&self, states: *mut u8, lanes: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.init)(states, lanes * self.parts) }
    }

    /// Merges the states `from`, whose elements come after those of `into`, into `into`.
    ///
    /// # Safety
    /// Both must be initialised states of `lanes` lanes, aligned to 8, that do not overlap.
    pub unsafe fn merge(&self, into: *mut u8, from: *const u8, lanes: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.merge)(into, from, lanes * self.parts) }
    }

    /// Whether elements with these strides are read about as fast as memory allows; copied in tiles first, others
    /// are scanned faster.
    pub fn reads_well(shape: &[usize], strides: &[isize]) -> bool {
        // Results and states are row-major, so the last axis of more than one position decides.
        let last = (0..shape.len()).rev().find(|&k| shape[k] > 1);
        last.is_none_or(|k| strides[k] == 1)
    }

    /// Takes in a box, and writes the result at each of its elements.
    ///
    /// # Safety
    /// Every element that shape and strides reach must be valid, of the dtype and aligned: elements for reads, results
    /// for writes. Results overlap the elements only by being in the same places, with the same strides, and no result
    /// is reached twice. The states must be initialised and of as many lanes as they say, one for each lane of the box.
    /// Nobody else accesses results or states meanwhile.
    pub unsafe fn run(&self, part: &ScanBox<'_>) {
        if part.shape.contains(&0) {
            return;
        }
        let layout = Layout::new(part, self.parts);
        let code = if layout.lines { &self.lines } else { &self.columns };
        let code = &code[usize::from(part.to.is_some())];
        let sums = part.states.ptr;
        let errors = sums.wrapping_add(part.states.count * self.parts * self.fields[0]);
        layout.for_matrices(|from, to, lane| {
            let lane = part.states.first * self.parts + lane as usize;
            let offset = |elements: isize| elements * self.size as isize;
            let args = Args {
                src: &[part.from.ptr.wrapping_offset(offset(from))],
                dst: part.to.map_or(std::ptr::null_mut(), |results| results.ptr.wrapping_offset(offset(to))),
                rows: layout.rows,
                cols: layout.cols,
                stride: [layout.stride, 1],
                dst_stride: [layout.dst_stride, 1],
                fields: [
                    sums.wrapping_add(lane * self.fields[0]),
                    errors.wrapping_add(lane * self.fields[1]),
                    std::ptr::null_mut(),
                    std::ptr::null_mut(),
                ],
                ..Args::default()
            };
            // SAFETY: the caller's promise; the layout reaches each element of the box once.
            unsafe { code.run(&args) };
        });
    }
}

/// # Safety
/// As for [`Scan::init`], with lanes of the loops.
unsafe fn init<A: Accumulate>(states: *mut u8, lanes: usize) {
    let (sums, errors) = fields::<A>(states, lanes);
    for lane in 0..lanes {
        // SAFETY: within the states, the caller's promise.
        unsafe {
            sums.add(lane).write(A::IDENTITY.0);
            errors.add(lane).write(A::IDENTITY.1);
        }
    }
}

/// # Safety
/// As for [`Scan::merge`], with lanes of the loops.
unsafe fn merge<A: Accumulate>(into: *mut u8, from: *const u8, lanes: usize) {
    let (sums, errors) = fields::<A>(into, lanes);
    let (from_sums, from_errors) = fields::<A>(from.cast_mut(), lanes);
    for lane in 0..lanes {
        // SAFETY: within the states, the caller's promise; those of `from` are only read.
        unsafe {
            let from = (*from_sums.add(lane), *from_errors.add(lane));
            let (sum, error) = A::merge((*sums.add(lane), *errors.add(lane)), from);
            *sums.add(lane) = sum;
            *errors.add(lane) = error;
        }
    }
}

/// Where the sums of states begin, and where the errors do.
fn fields<A: Accumulate>(states: *mut u8, lanes: usize) -> (*mut A::Sum, *mut A::Errors) {
    (states.cast(), states.wrapping_add(lanes * size_of::<A::Sum>()).cast())
}
