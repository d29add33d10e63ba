//! Building expressions: every method checks its arguments, infers the result's dtype, shape and chunks, and
//! returns a node. No data is touched.

use std::collections::HashSet;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::{
    AxisGrid, AxisMap, Block, BlockFn, DType, Error, Grid, RegionSource, Scalar, Shape, View,
    broadcast_shapes, byte_len, checked_len, reshaped_grid,
};
use chunkwise_kernels::Op;
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_plan::Tiles;
use smallvec::{SmallVec, smallvec};

use crate::axes::axis_bits;
use crate::node::{Kind, MetaRef, Node};
use crate::{ExprError, selection};

/// An untyped, immutable, shared expression: what to compute, with its dtype, shape and chunk grid.
#[derive(Clone)]
pub struct Expr(pub(crate) Arc<Node>);

impl Expr {
    #[track_caller]
    fn source(kind: Kind, dtype: DType, meta: MetaRef) -> Expr {
        Self::node(kind, SmallVec::new(), dtype, meta)
    }

    #[track_caller]
    pub(crate) fn node(kind: Kind, inputs: SmallVec<[Arc<Node>; 2]>, dtype: DType, meta: MetaRef) -> Expr {
        Expr(Arc::new(Node { kind, inputs, dtype, meta, location: Location::caller() }))
    }

    /// The same value everywhere.
    #[track_caller]
    pub fn fill(value: Scalar, grid: Grid) -> Expr {
        Self::source(Kind::Fill(value), value.dtype(), MetaRef::new(grid))
    }

    /// An array in memory. `block` has the shape of the grid and any strides.
    #[track_caller]
    pub fn memory(block: Block, grid: Grid) -> Expr {
        debug_assert_eq!(block.shape(), &grid.shape()[..]);
        let dtype = block.dtype();
        Self::source(Kind::Memory(Arc::new(block)), dtype, MetaRef::new(grid))
    }

    /// Computed tiles that stayed in memory, with the chunks that they show.
    #[track_caller]
    pub fn persisted(dtype: DType, tiles: Tiles, grid: Grid) -> Expr {
        Self::source(Kind::Persisted(Arc::new(tiles)), dtype, MetaRef::new(grid))
    }

    /// An array read a region at a time. One expression is one opening of the source.
    #[track_caller]
    pub fn region_source(source: Arc<dyn RegionSource>, grid: Grid) -> Expr {
        let dtype = source.dtype();
        Self::source(Kind::Region(source), dtype, MetaRef::new(grid))
    }

    /// The `i64` coordinate of each position along `axis`, which the grid must have.
    #[track_caller]
    pub fn coord(axis: usize, grid: Grid) -> Expr {
        let mut steps = SmallVec::from_elem(0, grid.ndim());
        steps[axis] = 1;
        Self::source(Kind::Coord(steps), DType::I64, MetaRef::new(grid))
    }

    /// The `i64` number of each position in row-major order. Views of it keep the numbers of the whole.
    #[track_caller]
    pub fn index(grid: Grid) -> Expr {
        let mut steps = SmallVec::from_elem(0, grid.ndim());
        let mut step = 1i64;
        for (k, &len) in grid.shape().iter().enumerate().rev() {
            steps[k] = step;
            step = step.wrapping_mul(len as i64);
        }
        Self::source(Kind::Coord(steps), DType::I64, MetaRef::new(grid))
    }

    /// Blocks made by a function of their place; each chunk of the grid is made once per computation.
    #[track_caller]
    pub fn block_fn(name: &'static str, dtype: DType, grid: Grid, function: Arc<dyn BlockFn>) -> Expr {
        Self::source(Kind::Blocks { name, function, scratch_bytes: 0 }, dtype, MetaRef::new(grid))
    }

    /// An instruction applied at every position. Operands broadcast; their grids are refined to one.
    ///
    /// # Errors
    /// [`ExprError::Undefined`] for element types that the instruction does not take, broadcasting errors.
    #[track_caller]
    pub fn elementwise(op: Op, operands: &[&Expr]) -> Result<Expr, ExprError> {
        if operands.iter().any(|x| x.is_unknown()) {
            return selection::elementwise(op, operands);
        }
        let dtypes: SmallVec<[DType; 3]> = operands.iter().map(|x| x.dtype()).collect();
        let dtype = op
            .result(&dtypes)
            .ok_or_else(|| ExprError::Undefined { op: op.name(), dtypes: dtypes.to_vec() })?;
        let meta = common_meta(operands, dtype)?;
        // A loop, as closures do not pass the caller's place on.
        let mut inputs = SmallVec::new();
        for operand in operands {
            inputs.push(operand.broadcast_operand(&meta).0);
        }
        Ok(Self::node(Kind::Elementwise(op), inputs, dtype, meta))
    }

    /// This expression as an operand of an elementwise node: of its shape, or without axes.
    #[track_caller]
    fn broadcast_operand(&self, meta: &MetaRef) -> Expr {
        if self.shape().is_empty() || self.shape() == &meta.shape[..] {
            return self.clone();
        }
        self.view_chunked(View::broadcast(self.shape(), &meta.shape), &meta.grid)
    }

    /// A reduction over `axes` (each once, in any order); `keep` leaves them with length one.
    ///
    /// # Errors
    /// [`ExprError::Undefined`], axes that do not exist or repeat, [`ExprError::Empty`], more than 64 axes.
    #[track_caller]
    pub fn reduce(&self, op: ReduceOp, axes: &[usize], keep: bool) -> Result<Expr, ExprError> {
        if self.is_unknown() {
            return selection::reduce(self, op, axes, keep);
        }
        let ndim = self.shape().len();
        let bits = axis_bits(op.name(), axes, ndim)?;
        let dtype = op
            .result(self.dtype())
            .ok_or_else(|| ExprError::Undefined { op: op.name(), dtypes: vec![self.dtype()] })?;
        let reduced = |k: usize| bits & (1 << k) != 0;
        let outer_len: usize = (0..ndim).filter(|&k| !reduced(k)).map(|k| self.shape()[k]).product();
        if op.needs_elements() && outer_len > 0 && axes.iter().any(|&k| self.shape()[k] == 0) {
            return Err(ExprError::Empty { op: op.name(), shape: self.shape().into(), axes: axes.to_vec() });
        }
        let grid = Grid::new(self.grid().axes().iter().enumerate().filter_map(|(k, axis)| {
            if !reduced(k) { Some(axis.clone()) } else { keep.then(|| AxisGrid::whole(1)) }
        }));
        let kind = Kind::Reduce { op, axes: bits, keep };
        Ok(Self::node(kind, smallvec![self.0.clone()], dtype, MetaRef::new(grid)))
    }

    /// A view; `view` must lie within this expression's shape. Repeated axes are one chunk each.
    #[track_caller]
    pub fn view(&self, view: View) -> Expr {
        let free = Grid::whole(&view.shape);
        self.view_chunked(view, &free)
    }

    /// A view whose repeated axes take their chunks from `free`.
    #[track_caller]
    pub fn view_chunked(&self, view: View, free: &Grid) -> Expr {
        if view.is_identity(self.shape()) {
            return self.clone();
        }
        let meta = MetaRef::new(view.grid(self.grid(), free));
        Self::node(Kind::View(Arc::new(view)), smallvec![self.0.clone()], self.dtype(), meta)
    }

    /// Joins parts along an existing axis.
    ///
    /// # Errors
    /// No parts, an axis that does not exist, dtypes that differ, shapes that differ elsewhere, an overflow.
    #[track_caller]
    pub fn concatenate(parts: &[Expr], axis: usize) -> Result<Expr, ExprError> {
        const WHAT: &str = "concatenate";
        parts.iter().try_for_each(|part| part.known(WHAT).map(drop))?;
        let Some(first) = parts.first() else {
            return Err(Error::Invalid { what: WHAT, why: "needs at least one array".into() }.into());
        };
        let ndim = first.shape().len();
        if axis >= ndim {
            return Err(Error::Axis { axis, ndim }.into());
        }
        let mut shape: Shape = first.shape().into();
        shape[axis] = 0;
        for part in parts {
            if part.dtype() != first.dtype() {
                let (expected, got) = (first.dtype(), part.dtype());
                return Err(Error::DTypeMismatch { what: WHAT, expected, got }.into());
            }
            let matches = part.shape().len() == ndim
                && (0..ndim).all(|k| k == axis || part.shape()[k] == first.shape()[k]);
            if !matches {
                let (expected, got) = (first.shape().into(), part.shape().into());
                return Err(Error::ShapeMismatch { what: WHAT, expected, got }.into());
            }
            shape[axis] = shape[axis]
                .checked_add(part.shape()[axis])
                .ok_or_else(|| Error::TooLarge { shape: first.shape().into() })?;
        }
        byte_len(&shape, first.dtype())?;
        if parts.len() == 1 {
            return Ok(first.clone());
        }
        let grid = Grid::new((0..ndim).map(|k| {
            if k != axis {
                let grids = parts.iter().map(|p| p.grid().axes()[k].clone());
                return grids.reduce(|a, b| a.refine(&b)).expect("at least one part");
            }
            // Parts of length zero keep no chunk, unless nothing else is there.
            let sizes: Vec<usize> = parts
                .iter()
                .filter(|p| p.shape()[k] > 0)
                .flat_map(|p| p.grid().axes()[k].sizes().collect::<Vec<_>>())
                .collect();
            if sizes.is_empty() { AxisGrid::whole(0) } else { AxisGrid::from_sizes(&sizes) }
        }));
        let inputs = parts.iter().map(|p| p.0.clone()).collect();
        Ok(Self::node(Kind::Concatenate { axis }, inputs, first.dtype(), MetaRef::new(grid)))
    }

    /// Joins parts of one shape along a new axis.
    ///
    /// # Errors
    /// As for [`Expr::concatenate`].
    #[track_caller]
    pub fn stack(parts: &[Expr], axis: usize) -> Result<Expr, ExprError> {
        let Some(first) = parts.first() else {
            return Err(Error::Invalid { what: "stack", why: "needs at least one array".into() }.into());
        };
        parts.iter().try_for_each(|part| part.known("stack").map(drop))?;
        let ndim = first.shape().len() + 1;
        if axis >= ndim {
            return Err(Error::Axis { axis, ndim }.into());
        }
        for part in parts {
            if part.shape() != first.shape() {
                let (expected, got) = (first.shape().into(), part.shape().into());
                return Err(Error::ShapeMismatch { what: "stack", expected, got }.into());
            }
        }
        let mut inserted = Vec::with_capacity(parts.len());
        for part in parts {
            inserted.push(part.insert_axis(axis));
        }
        Self::concatenate(&inserted, axis)
    }

    /// With a new axis of length one before axis `axis` (at most the number of axes).
    #[track_caller]
    pub fn insert_axis(&self, axis: usize) -> Expr {
        let mut view = View::identity(self.shape());
        view.shape.insert(axis, 1);
        for AxisMap { axis: moved, .. } in &mut view.source {
            *moved = moved.map(|i| if i >= axis { i + 1 } else { i });
        }
        self.view(view)
    }

    /// The same values in other chunks.
    ///
    /// # Errors
    /// A grid of another shape.
    #[track_caller]
    pub fn rechunk(&self, grid: Grid) -> Result<Expr, ExprError> {
        self.known("rechunk")?;
        if grid.shape()[..] != *self.shape() {
            let (expected, got) = (self.shape().into(), grid.shape());
            return Err(Error::ShapeMismatch { what: "rechunk", expected, got }.into());
        }
        if grid == **self.grid() {
            return Ok(self.clone());
        }
        Ok(Self::node(Kind::Rechunk, smallvec![self.0.clone()], self.dtype(), MetaRef::new(grid)))
    }

    /// The elements in row-major order in another shape, whose chunks are given; `None` for those that follow from
    /// the chunks here, see [`reshaped_grid`].
    ///
    /// # Errors
    /// [`Error::Reshape`] for a shape of another size, [`Error::TooLarge`].
    #[track_caller]
    pub fn reshape(&self, shape: &[usize], grid: Option<Grid>) -> Result<Expr, ExprError> {
        self.known("reshape")?;
        if checked_len(shape)? != checked_len(self.shape())? {
            return Err(Error::Reshape { from: self.shape().into(), to: shape.into() }.into());
        }
        let grid = match grid {
            Some(grid) => grid,
            None => reshaped_grid(self.grid(), shape, self.dtype())?,
        };
        debug_assert_eq!(&grid.shape()[..], shape);
        if self.shape() == shape {
            return self.rechunk(grid);
        }
        Ok(Self::node(Kind::Reshape, smallvec![self.0.clone()], self.dtype(), MetaRef::new(grid)))
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.0.meta.shape
    }

    /// The chunks.
    pub fn grid(&self) -> &Arc<Grid> {
        &self.0.meta.grid
    }

    /// The number of logical tasks: one per chunk of every node that this expression depends on, itself
    /// included; numbers that arrays are combined with, and values that are there already, are not counted.
    pub fn task_count(&self) -> u64 {
        let mut seen = HashSet::new();
        let mut stack = vec![&self.0];
        let mut count = 0u64;
        while let Some(node) = stack.pop() {
            if !seen.insert(Arc::as_ptr(node)) {
                continue;
            }
            let there = match node.kind {
                Kind::Fill(_) => node.meta.shape.is_empty(),
                Kind::Value { .. } => true,
                _ => false,
            };
            if !there {
                count = count.saturating_add(node.meta.grid.count() as u64);
            }
            stack.extend(&node.inputs);
        }
        count
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({} {} {:?})", self.0.kind.name(), self.dtype(), self.shape())
    }
}

/// Shape and chunks of an elementwise node.
fn common_meta(operands: &[&Expr], dtype: DType) -> Result<MetaRef, ExprError> {
    let metas = || operands.iter().map(|x| &x.0.meta).filter(|m| !m.shape.is_empty());
    let Some(first) = metas().next() else {
        return Ok(MetaRef::new(Grid::new([])));
    };
    if metas().all(|m| MetaRef::same(m, first)) {
        return Ok(first.clone());
    }
    let mut shape = first.shape.clone();
    for meta in metas() {
        shape = broadcast_shapes(&shape, &meta.shape)?;
    }
    byte_len(&shape, dtype)?;
    let grid = Grid::new((0..shape.len()).map(|i| {
        metas()
            .filter_map(|m| {
                let k = (i + m.shape.len()).checked_sub(shape.len())?;
                (m.shape[k] == shape[i]).then(|| &m.grid.axes()[k])
            })
            .fold(None, |merged: Option<AxisGrid>, axis| {
                Some(merged.map_or_else(|| axis.clone(), |m| m.refine(axis)))
            })
            .expect("one operand has the broadcast length")
    }));
    Ok(MetaRef::new(grid))
}
