//! What one run of a kernel works on: memory and strides for every operand of its program.

use chunkwise_core::Strides;
use smallvec::SmallVec;

/// An operand read from memory. Strides count elements, one per axis of the box.
#[derive(Clone, Debug)]
pub struct Input {
    /// The element at the box's first position.
    pub ptr: *const u8,
    /// Elements from one position to the next along each axis of the box; zero repeats.
    pub strides: Strides,
}

/// An affine function of the position: `base + sum(steps[k] * position[k])`.
#[derive(Clone, Debug)]
pub struct Coord {
    /// Value at the box's first position.
    pub base: i64,
    /// What one step along each axis of the box adds.
    pub steps: SmallVec<[i64; 6]>,
}

/// A result written to memory. Strides count elements, one per axis of the box, none of them zero along axes
/// longer than one.
#[derive(Clone, Debug)]
pub struct Output {
    /// The element at the box's first position.
    pub ptr: *mut u8,
    /// Elements from one position to the next along each axis of the box.
    pub strides: Strides,
    /// Whether an input of the run reads this memory, each element at the position where it is written.
    pub in_place: bool,
}

/// The state of a reduction: arrays of cells, one array per field of the reduction's layout.
#[derive(Clone, Debug)]
pub struct State {
    /// The state's memory, initialised by [`reduce::init`](crate::reduce::init) for `cells` cells.
    pub ptr: *mut u8,
    /// Number of cells in the state.
    pub cells: usize,
    /// The cell of the box's first position.
    pub cell: usize,
    /// Cells from one position to the next along each axis of the box; zero along reduced axes.
    pub steps: SmallVec<[usize; 6]>,
    /// Arg-reductions: the index that a position stands for among the reduced elements.
    pub index: Coord,
}

/// Where selected elements go.
#[derive(Clone, Copy, Debug)]
pub struct Selected {
    /// Memory for as many elements as may be selected in all.
    pub ptr: *mut u8,
    /// How many there are so far; runs add theirs after those.
    pub len: *mut usize,
}

/// What one run of a kernel works on.
#[derive(Clone, Copy, Debug)]
pub struct Bind<'a> {
    /// Shape of the box.
    pub shape: &'a [usize],
    /// One per input of the program.
    pub inputs: &'a [Input],
    /// One per coordinate of the program.
    pub coords: &'a [Coord],
    /// One per store of the program.
    pub outputs: &'a [Output],
    /// One per reduction of the program.
    pub states: &'a [State],
    /// One per selection of the program.
    pub selected: &'a [Selected],
}
