//! The nodes of an expression: immutable, shared, untyped.

use std::any::Any;
use std::ops::Deref;
use std::panic::Location;
use std::sync::{Arc, LazyLock};

use chunkwise_core::{Block, BlockFn, DType, Grid, RegionSource, Scalar, Shape, View};
use chunkwise_kernels::Op;
use chunkwise_kernels::order::OrderOp;
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::reduce::grouped::OfNothing;
use chunkwise_kernels::scan::ScanOp;
use chunkwise_plan::{Contraction, Function, Tiles, Value};
use smallvec::SmallVec;

use crate::groups::Groups;
use crate::selection::Selection;

/// What a node computes from its inputs.
///
/// A closed list: every pass matches it whole, so that adding a kind shows each place that must know it.
#[derive(Clone)]
pub(crate) enum Kind {
    /// The same value everywhere.
    Fill(Scalar),
    /// An `i64` that is linear in the position: the sum of each coordinate times the step of its axis, wrapping.
    Coord(SmallVec<[i64; 4]>),
    /// An array in memory.
    Memory(Arc<Block>),
    /// Computed tiles that stayed in memory.
    Persisted(Arc<Tiles>),
    /// An array that is read a region at a time.
    Region(Arc<dyn RegionSource>),
    /// Blocks made by a function of their place, of which one call holds so many bytes beside the block.
    Blocks { name: &'static str, function: Arc<dyn BlockFn>, scratch_bytes: u64 },
    /// An instruction at every position. Operands have the node's shape, or no axes.
    Elementwise(Op),
    /// A reduction over axes (one bit each) of the input.
    Reduce { op: ReduceOp, axes: u64, keep: bool },
    /// A reduction of groups: the second input tells the group of each element of the first, or is a mask.
    Grouped { op: ReduceOp, axes: u64, groups: Groups, of_nothing: OfNothing },
    /// The elements of the first input for which the second is true.
    Selection(Arc<Selection>),
    /// A view of the input.
    View(Arc<View>),
    /// The inputs one after the other along an axis.
    Concatenate { axis: usize },
    /// The input in other chunks.
    Rechunk,
    /// The elements of the input in row-major order, in the node's shape.
    Reshape,
    /// The product of two inputs, summed over axes; with a first axis for partial results, if there are any.
    Contract { name: &'static str, axes: Contraction, partials: Option<u32> },
    /// Running sums or products of the input, of its dtype, along an axis.
    Scan { op: ScanOp, axis: usize },
    /// Order statistics of the lanes along axes (one bit each) of the first input, or the lanes sorted; a second input
    /// is a mask that says which elements are meant. The results of a lane have an axis at `place`, or none.
    Order { op: OrderOp, axes: u64, place: Option<u32> },
    /// A delayed value that is there already; the guard is dropped with it.
    Value { value: Value, guard: Option<Arc<dyn Any + Send + Sync>> },
    /// A delayed value: what a function makes of values and whole arrays.
    Call(Function),
    /// An array whose chunks are the inputs, delayed values all, seen as blocks.
    FromValues(fn(&Value) -> Block),
}

impl Kind {
    /// What messages and pictures call it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Kind::Fill(_) => "fill",
            Kind::Coord(_) => "coord",
            Kind::Memory(_) => "memory",
            Kind::Persisted(_) => "persisted",
            Kind::Region(_) => "read",
            Kind::Blocks { name, .. } => name,
            Kind::Elementwise(op) => op.name(),
            Kind::Reduce { op, .. } | Kind::Grouped { op, .. } => op.name(),
            Kind::Selection(_) => "mask",
            Kind::View(_) => "view",
            Kind::Concatenate { .. } => "concatenate",
            Kind::Rechunk => "rechunk",
            Kind::Reshape => "reshape",
            Kind::Contract { name, .. } => name,
            Kind::Scan { op, .. } => op.name(),
            Kind::Order { op, .. } => op.name(),
            Kind::Value { .. } => "value",
            Kind::Call(function) => function.name(),
            Kind::FromValues(_) => "from_delayed",
        }
    }

    /// Whether nodes of this kind end what is fused: their inputs are computed for them, and they are kept in memory.
    pub(crate) fn is_sink(&self) -> bool {
        matches!(
            self,
            Kind::Reduce { .. }
                | Kind::Grouped { .. }
                | Kind::Selection(_)
                | Kind::Reshape
                | Kind::Contract { .. }
                | Kind::Scan { .. }
                | Kind::Order { .. }
        )
    }

    /// Whether the node is read by programs instead of computed in them.
    pub(crate) fn is_source(&self) -> bool {
        match self {
            Kind::Fill(_)
            | Kind::Coord(_)
            | Kind::Memory(_)
            | Kind::Persisted(_)
            | Kind::Region(_)
            | Kind::Blocks { .. }
            | Kind::FromValues(_)
            | Kind::Value { .. } => true,
            Kind::Elementwise(_)
            | Kind::Reduce { .. }
            | Kind::Grouped { .. }
            | Kind::Selection(_)
            | Kind::View(_)
            | Kind::Concatenate { .. }
            | Kind::Rechunk
            | Kind::Reshape
            | Kind::Contract { .. }
            | Kind::Scan { .. }
            | Kind::Order { .. }
            | Kind::Call(_) => false,
        }
    }

    /// Whether the node's elements come from somewhere. Those of other nodes are computed, the numbers and coordinates
    /// of some sources among them, when they are kept.
    pub(crate) fn is_given(&self) -> bool {
        self.is_source() && !matches!(self, Kind::Fill(_) | Kind::Coord(_))
    }

    /// Whether the node is a delayed value, not an array.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self, Kind::Value { .. } | Kind::Call(_))
    }
}

/// Shape and chunk grid.
#[derive(Debug, PartialEq)]
pub(crate) struct Meta {
    pub(crate) shape: Shape,
    pub(crate) grid: Arc<Grid>,
}

/// A handle on shape and chunk grid, which the nodes share that have the same.
///
/// Scalars and delayed values are everywhere, so that theirs are in one place, and nobody counts the handles.
#[derive(Clone, Debug)]
pub(crate) struct MetaRef(Option<Arc<Meta>>);

impl MetaRef {
    /// What has no axes.
    pub(crate) const SCALAR: MetaRef = MetaRef(None);

    /// Those of a grid.
    pub(crate) fn new(grid: Grid) -> MetaRef {
        if grid.ndim() == 0 {
            return MetaRef::SCALAR;
        }
        MetaRef(Some(Arc::new(Meta { shape: grid.shape(), grid: Arc::new(grid) })))
    }

    /// Whether both describe the same shape in the same chunks.
    pub(crate) fn same(a: &MetaRef, b: &MetaRef) -> bool {
        MetaRef::ptr_eq(a, b) || **a == **b
    }

    /// Whether both are handles on the same.
    pub(crate) fn ptr_eq(a: &MetaRef, b: &MetaRef) -> bool {
        std::ptr::eq::<Meta>(&**a, &**b)
    }
}

impl Deref for MetaRef {
    type Target = Meta;

    fn deref(&self) -> &Meta {
        static SCALAR: LazyLock<Meta> =
            LazyLock::new(|| Meta { shape: Shape::new(), grid: Arc::new(Grid::new([])) });
        match &self.0 {
            Some(meta) => meta,
            None => &SCALAR,
        }
    }
}

/// A node of an expression.
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) inputs: SmallVec<[Arc<Node>; 2]>,
    pub(crate) dtype: DType,
    pub(crate) meta: MetaRef,
    /// Where the user built it.
    pub(crate) location: &'static Location<'static>,
}

impl Node {
    /// Gives up the inputs. Those that have inputs themselves go to the stack, to be freed from there.
    fn release(&mut self, stack: &mut Vec<Arc<Node>>) {
        while let Some(input) = self.inputs.pop() {
            if !input.inputs.is_empty() {
                stack.push(input);
            }
        }
    }
}

impl Drop for Node {
    /// Frees a chain of any length without recursion.
    fn drop(&mut self) {
        if self.inputs.iter().all(|input| Arc::strong_count(input) > 1 || input.inputs.is_empty()) {
            return;
        }
        let mut stack: Vec<Arc<Node>> = Vec::new();
        self.release(&mut stack);
        while let Some(node) = stack.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                node.release(&mut stack);
            }
        }
    }
}
