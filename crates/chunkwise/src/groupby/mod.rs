//! Reductions of groups, told apart by labels.

mod labels;

use std::marker::PhantomData;

use chunkwise_core::{AxisMap, Element, Error, Grid, Ordered, View};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Axis, Dimension, Ix1, RemoveAxis};
use smallvec::smallvec;

pub use labels::Labels;

use crate::histogram::{named, same_length};
use crate::late::or_late;
use crate::{ChunkedArray, Result};

/// The groups of an array, to reduce. Made by [`groupby`](ChunkedArray::groupby).
///
/// Each method gives a lazy array whose first axis is that of the groups, by their number; the axes that were not
/// grouped along follow. Several of them are computed in one pass over the data when they are
/// [computed together](crate::compute()).
///
/// A group without elements counts 0, sums to 0 and multiplies to 1; its mean, variance, extremes, first and last
/// element are NaN. Integers and bool have no NaN: computing their extremes, first or last element is an error then,
/// which names the group.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![1.0, 2.0, 5.0, 6.0], 2)?;
/// let groups = x.groupby(&Labels::from_strings(["a", "b", "a", "b"])?)?;
/// let (means, stds) = compute((groups.mean(), groups.std(0.0)))?;
/// assert_eq!((means, stds), (array![3.0, 4.0], array![2.0, 2.0]));
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "groups are lazy: reduce them"]
pub struct GroupBy<A, D> {
    values: Expr,
    by: Expr,
    groups: u32,
    axis: usize,
    marker: PhantomData<fn() -> (A, D)>,
}

impl<A: Element> ChunkedArray<A, Ix1> {
    /// The groups of elements with the same label.
    ///
    /// Values and labels may be chunked in any way, and groups span as many chunks as they like. Of values of unknown
    /// length the labels must have been [selected](Labels::mask) by the same mask.
    ///
    /// # Errors
    /// Labels of another length, or selected by another mask.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![3, 4, 5], Auto)?;
    /// let groups = x.groupby(&Labels::from_values([10, 20, 10])?)?;
    /// assert_eq!(groups.count().compute()?, array![2, 1]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn groupby<K>(&self, labels: &Labels<K>) -> Result<GroupBy<A, Ix1>> {
        const WHAT: &str = "groupby";
        let by = labels.numbers().expr();
        same_length(self.expr(), by, WHAT)?;
        // Whether the masks are the same shows when the two meet.
        self.expr()
            .reduce_groups(by, labels.groups() as u32, ReduceOp::Count, &[0])
            .map_err(|error| named(error, WHAT))?;
        Ok(GroupBy::new(self.expr(), by, labels.groups(), 0))
    }
}

impl<A: Element, D: RemoveAxis> ChunkedArray<A, D> {
    /// The groups along an axis of the parts with the same label; other axes are kept.
    ///
    /// # Errors
    /// An axis that the array does not have, labels of another length than it, an array or labels of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1_i64, 2, 3], [4, 5, 6]], Auto)?;
    /// let groups = x.groupby_axis(&Labels::from_strings(["a", "b", "a"])?, Axis(1))?;
    /// assert_eq!(groups.sum().compute()?, array![[4, 10], [2, 5]]); // groups by rows
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn groupby_axis<K>(&self, labels: &Labels<K>, axis: Axis) -> Result<GroupBy<A, D>> {
        const WHAT: &str = "groupby_axis";
        let (x, axis, by) = (self.expr(), axis.index(), labels.numbers().expr());
        let Some(&len) = x.shape().get(axis) else {
            return Err(Error::Axis { axis, ndim: self.ndim() }.into());
        };
        if x.is_unknown() || by.is_unknown() {
            return Err(ExprError::UnknownLength { op: WHAT }.into());
        }
        if by.shape() != [len] {
            let (expected, got) = (smallvec![len], by.shape().into());
            return Err(Error::ShapeMismatch { what: WHAT, expected, got }.into());
        }
        let source = smallvec![AxisMap { axis: Some(axis), start: 0, step: 1 }];
        let by = by.view_chunked(View { shape: x.shape().into(), source }, x.grid());
        Ok(GroupBy::new(x, &by, labels.groups(), axis))
    }
}

impl<A: Element, D: Dimension> GroupBy<A, D> {
    fn new(values: &Expr, by: &Expr, groups: usize, axis: usize) -> Self {
        let (values, by) = (values.clone(), by.clone());
        GroupBy { values, by, groups: groups as u32, axis, marker: PhantomData }
    }

    #[track_caller]
    fn reduce<B: Element>(&self, op: ReduceOp) -> ChunkedArray<B, D> {
        let built = self.values.reduce_groups(&self.by, self.groups, op, &[self.axis]);
        let shape = || {
            let kept = (0..self.values.shape().len()).filter(|&k| k != self.axis);
            let lengths: Vec<usize> =
                std::iter::once(self.groups as usize).chain(kept.map(|k| self.values.shape()[k])).collect();
            Grid::whole(&lengths)
        };
        ChunkedArray::from_expr(or_late(built, op.name(), B::DTYPE, shape))
    }

    /// The variance, with the number of elements less `ddof` as divisor, as [`var`](ChunkedArray::var). NaN for a group
    /// without elements.
    #[track_caller]
    pub fn var(&self, ddof: f64) -> ChunkedArray<A::Real, D> {
        self.reduce(ReduceOp::Var { ddof, std: false, nan: false })
    }

    /// The standard deviation: the root of the [variance](Self::var).
    #[track_caller]
    pub fn std(&self, ddof: f64) -> ChunkedArray<A::Real, D> {
        self.reduce(ReduceOp::Var { ddof, std: true, nan: false })
    }

    /// The variance without NaN.
    #[track_caller]
    pub fn nanvar(&self, ddof: f64) -> ChunkedArray<A::Real, D> {
        self.reduce(ReduceOp::Var { ddof, std: false, nan: true })
    }

    /// The standard deviation without NaN.
    #[track_caller]
    pub fn nanstd(&self, ddof: f64) -> ChunkedArray<A::Real, D> {
        self.reduce(ReduceOp::Var { ddof, std: true, nan: true })
    }
}

macro_rules! grouped {
    ($($(#[$doc:meta])* $name:ident [$($bound:tt)+] -> $Out:ty = $Op:ident;)*) => {
        impl<A: Element, D: Dimension> GroupBy<A, D> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> ChunkedArray<$Out, D>
            where
                A: $($bound)+,
            {
                self.reduce(ReduceOp::$Op)
            }
        )*}
    };
}

grouped! {
    /// The number of elements.
    count [Element] -> i64 = Count;
    /// The number of elements that are not zero.
    count_nonzero [Element] -> i64 = CountNonzero;
    /// The sum. Integers and bool are summed as 64-bit integers, which wrap.
    sum [Element] -> A::Sum = Sum;
    /// The product. Integers and bool are multiplied as 64-bit integers, which wrap.
    prod [Element] -> A::Sum = Prod;
    /// The mean; of integers and bool an `f64`.
    mean [Element] -> A::Mean = Mean;
    /// The smallest element, NaN if there is one.
    min [Ordered] -> A = Min;
    /// The largest element, NaN if there is one.
    max [Ordered] -> A = Max;
    /// Whether any element is not zero; false for a group without elements.
    any [Element] -> bool = Any;
    /// Whether no element is zero; true for a group without elements.
    all [Element] -> bool = All;
    /// The first element.
    first [Element] -> A = First;
    /// The last element.
    last [Element] -> A = Last;
    /// The sum without NaN.
    nansum [Element] -> A::Sum = NanSum;
    /// The product without NaN.
    nanprod [Element] -> A::Sum = NanProd;
    /// The mean without NaN, NaN if there is nothing else.
    nanmean [Element] -> A::Mean = NanMean;
    /// The smallest element that is not NaN, or NaN if all are.
    nanmin [Ordered] -> A = NanMin;
    /// The largest element that is not NaN, or NaN if all are.
    nanmax [Ordered] -> A = NanMax;
}
