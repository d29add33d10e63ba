//! From arrays to values: `compute`, `persist`, `explain`.

mod nested;
mod write;

use std::sync::Arc;
use std::vec;

use chunkwise_core::Element;
use chunkwise_exec::Stats;
use chunkwise_expr::Expr;
use chunkwise_plan::RootResult;
use ndarray::{Array, Dimension, Ix0};
use smallvec::SmallVec;

use crate::delayed::{Data, typed};
use crate::memory::array_of;
use crate::{ChunkedArray, Config, Explanation, Result, engine};

pub use write::Write;
pub(crate) use write::{Sinks, Target};

/// What [`compute`] takes: arrays, [delayed values](crate::Delayed), references to them, [values](ChunkedArray::value),
/// and tuples, arrays, `Vec`, slices and `Option` of these, nested as they come.
///
/// A type of one's own is computed by asking its parts, in the same order in both methods:
///
/// ```
/// use chunkwise::prelude::*;
/// use chunkwise::{Roots, Values};
///
/// struct Summary { mean: ChunkedArray0<f64>, std: ChunkedArray0<f64> }
///
/// impl Compute for Summary {
///     type Output = (f64, f64);
///     fn roots(&self, roots: &mut Roots) {
///         self.mean.roots(roots);
///         self.std.roots(roots);
///     }
///     fn collect(&self, values: &mut Values) -> (f64, f64) {
///         (self.mean.collect(values).into_scalar(), self.std.collect(values).into_scalar())
///     }
/// }
///
/// let x = ChunkedArray::from_array(ndarray::array![1.0, 3.0], Auto)?;
/// assert_eq!(compute(Summary { mean: x.mean(), std: x.std(0.0) })?, (2.0, 1.0));
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be computed",
    note = "compute takes arrays, delayed values, references to them, and tuples, arrays, Vec, slices or Option of these"
)]
pub trait Compute {
    /// What computing gives: an owned ndarray for an array, an `Arc` of the value for a delayed one, and the same
    /// structure for a structure.
    type Output;

    /// Adds what is to be computed.
    fn roots(&self, roots: &mut Roots);

    /// Takes the computed values, in the order in which [`roots`](Self::roots) added them.
    fn collect(&self, values: &mut Values) -> Self::Output;
}

/// What a [`Compute`] has to compute.
#[derive(Debug, Default)]
pub struct Roots {
    exprs: SmallVec<[Expr; 2]>,
    /// Where roots go that are written instead of returned, by their number.
    writes: Vec<(usize, Target)>,
}

impl From<Vec<Expr>> for Roots {
    /// All of them are returned.
    fn from(exprs: Vec<Expr>) -> Self {
        Roots { exprs: exprs.into(), writes: Vec::new() }
    }
}

impl Roots {
    /// Adds one that is returned.
    pub(crate) fn push(&mut self, root: &Expr) {
        self.exprs.push(root.clone());
    }

    /// Adds one that is written.
    pub(crate) fn push_write(&mut self, root: &Expr, target: Target) {
        self.writes.push((self.exprs.len(), target));
        self.push(root);
    }

    pub(crate) fn exprs(&self) -> &[Expr] {
        &self.exprs
    }

    pub(crate) fn writes(&self) -> &[(usize, Target)] {
        &self.writes
    }
}

/// What a [`Compute`] asked for, computed.
#[derive(Debug)]
pub struct Values(vec::IntoIter<RootResult>);

impl Values {
    /// The values of some roots, in their order.
    pub(crate) fn new(values: Vec<RootResult>) -> Self {
        Values(values.into_iter())
    }

    fn next(&mut self) -> RootResult {
        self.0.next().expect("one value per root, taken in the order of the roots")
    }

    /// The next value, of a delayed root.
    pub(crate) fn value<T: Data>(&mut self) -> Arc<T> {
        match self.next() {
            RootResult::Value(value) => typed(value),
            _ => unreachable!("values are taken in the order of the roots"),
        }
    }
}

/// Computes several arrays and delayed values at once: what they have in common is done once.
///
/// # Errors
/// Whatever kept a block from being computed: a file, a function that failed or panicked, a reduction that has no
/// value. Nothing of the other results is returned then.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::{Array1, Axis};
///
/// let x = ChunkedArray::from_shape_fn((100, 3), |(i, j)| (i * j) as f64)?;
/// let (lowest, sums): (f64, Array1<f64>) = compute((x.min().value(), x.sum_axis(Axis(0))?))?;
/// assert_eq!((lowest, sums.to_vec()), (0.0, vec![0.0, 4950.0, 9900.0]));
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn compute<C: Compute>(what: C) -> Result<C::Output> {
    compute_with(what, &Config::default())
}

pub(crate) fn compute_with<C: Compute>(what: C, config: &Config) -> Result<C::Output> {
    Ok(compute_measured(what, config)?.0)
}

pub(crate) fn compute_measured<C: Compute>(what: C, config: &Config) -> Result<(C::Output, Stats)> {
    let (values, stats) = engine::run(&roots_of(&what), config)?;
    Ok((what.collect(&mut Values::new(values)), stats))
}

/// Describes how [`compute`] would go about several arrays at once, as [`ChunkedArray::explain`] does for one.
///
/// # Errors
/// As for [`ChunkedArray::explain`].
pub fn explain<C: Compute>(what: C) -> Result<Explanation> {
    Config::default().explain(what)
}

/// What is to be computed.
pub(crate) fn roots_of<C: Compute>(what: &C) -> Roots {
    let mut roots = Roots::default();
    what.roots(&mut roots);
    roots
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Computes the array: an ordinary ndarray of the same type and shape, in row-major order.
    ///
    /// Blocks are computed on all cores and written straight into the result. For several arrays that share
    /// work, [`compute`] them together.
    ///
    /// # Errors
    /// As for [`compute`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// let x: Array2<f64> = (ChunkedArray2::<f64>::eye(2)? * 3.0).compute()?;
    /// assert_eq!(x, array![[3.0, 0.0], [0.0, 3.0]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn compute(&self) -> Result<Array<A, D>> {
        compute(self)
    }

    /// Computes the array in a configuration of its own.
    ///
    /// # Errors
    /// As for [`compute`], and what the configuration brings: a memory limit that is too low, cancellation.
    pub fn compute_with(&self, config: &Config) -> Result<Array<A, D>> {
        compute_with(self, config)
    }

    /// Computes the blocks and keeps them: an array of the same chunks, whose every use costs no more than reading
    /// memory.
    ///
    /// # Errors
    /// As for [`compute`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::from_shape_fn((4, 4).chunked(2), |(i, j)| (i + 10 * j) as i64)?;
    /// let kept = (&x * &x).persist()?;
    /// assert_eq!(kept.chunks(), x.chunks());
    /// assert_eq!(kept.max().scalar()?, 33 * 33);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        self.persist_with(&Config::default())
    }

    /// Computes and keeps the blocks in a configuration of its own.
    ///
    /// # Errors
    /// As for [`compute_with`](Self::compute_with).
    #[track_caller]
    pub fn persist_with(&self, config: &Config) -> Result<Self> {
        engine::persist(self.expr(), config).map(Self::from_expr)
    }

    /// Describes how the array would be computed: the expression as built and as optimised, with shapes, chunks,
    /// bytes and tasks, and the projected peak of memory.
    ///
    /// # Errors
    /// A plan too large to be made.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::ones((1000, 1000))?;
    /// println!("{}", ((&x + 1.0) * 2.0).sum().explain()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn explain(&self) -> Result<Explanation> {
        explain(self)
    }
}

impl<A: Element> ChunkedArray<A, Ix0> {
    /// Computes an array without axes, such as a full reduction, to a number.
    ///
    /// # Errors
    /// As for [`compute`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let mean: f64 = ChunkedArray::arange(0..5)?.mean().scalar()?;
    /// assert_eq!(mean, 2.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn scalar(&self) -> Result<A> {
        compute(self).map(Array::into_scalar)
    }

    /// Asks [`compute`] for a number instead of an array without axes.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::arange(0..5)?;
    /// let (lo, hi) = compute((x.min().value(), x.max().value()))?;
    /// assert_eq!((lo, hi), (0, 4));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn value(&self) -> Value<A> {
        Value(self.clone())
    }
}

/// An array without axes that computes to a number, made by [`ChunkedArray::value`].
#[derive(Clone, Debug)]
#[must_use = "values are lazy: nothing happens before `compute`"]
pub struct Value<A>(ChunkedArray<A, Ix0>);

impl<A: Element, D: Dimension> Compute for ChunkedArray<A, D> {
    type Output = Array<A, D>;

    fn roots(&self, roots: &mut Roots) {
        roots.push(self.expr());
    }

    fn collect(&self, values: &mut Values) -> Array<A, D> {
        match values.next() {
            RootResult::Array(block) => array_of(block),
            _ => unreachable!("values are taken in the order of the roots"),
        }
    }
}

impl<A: Element> Compute for Value<A> {
    type Output = A;

    fn roots(&self, roots: &mut Roots) {
        self.0.roots(roots);
    }

    fn collect(&self, values: &mut Values) -> A {
        self.0.collect(values).into_scalar()
    }
}
