//! Which axes a method works along.

use chunkwise_core::Error;
use ndarray::{Axis, Dimension, IxDyn, RemoveAxis};

use crate::Result;

/// Which axes a reduction removes, and so the dimension type of its result.
///
/// One [`Axis`], an array of them for a number that the compiler knows, a slice or `Vec` for one that it does not
/// (the result is dynamic then), or [`keep`] of these. An empty list names no axis: nothing is reduced.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name axes of an array of dimension `{D}`",
    note = "use Axis(i), [Axis(i), Axis(j)] (at most as many as the array has), &[Axis] or Vec<Axis> (dynamic), or \
            keep(..) of these"
)]
pub trait Axes<D: Dimension> {
    /// The dimension type of what is left.
    type Out: Dimension;

    #[doc(hidden)]
    fn list(self) -> Vec<Axis>;

    /// Whether the axes stay, with length one.
    #[doc(hidden)]
    const KEEP: bool = false;
}

impl<D: RemoveAxis> Axes<D> for Axis {
    type Out = D::Smaller;

    fn list(self) -> Vec<Axis> {
        vec![self]
    }
}

macro_rules! some_axes {
    ($($N:literal: [$($Bound:tt)*] $Out:ty;)*) => {$(
        impl<D: $($Bound)*> Axes<D> for [Axis; $N] {
            type Out = $Out;

            fn list(self) -> Vec<Axis> {
                self.to_vec()
            }
        }
    )*};
}

/// `D` without one axis.
type Less<D> = <D as Dimension>::Smaller;

some_axes! {
    0: [Dimension] D;
    1: [RemoveAxis] Less<D>;
    2: [RemoveAxis<Smaller: RemoveAxis>] Less<Less<D>>;
    3: [RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis>>] Less<Less<Less<D>>>;
    4: [RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis>>>] Less<Less<Less<Less<D>>>>;
    5: [RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis>>>>]
        Less<Less<Less<Less<Less<D>>>>>;
    6: [RemoveAxis<
        Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis<Smaller: RemoveAxis>>>>,
    >] Less<Less<Less<Less<Less<Less<D>>>>>>;
}

impl<D: Dimension, const N: usize> Axes<D> for &[Axis; N]
where
    [Axis; N]: Axes<D>,
{
    type Out = <[Axis; N] as Axes<D>>::Out;

    fn list(self) -> Vec<Axis> {
        self.to_vec()
    }
}

impl<D: Dimension> Axes<D> for &[Axis] {
    type Out = IxDyn;

    fn list(self) -> Vec<Axis> {
        self.to_vec()
    }
}

impl<D: Dimension> Axes<D> for Vec<Axis> {
    type Out = IxDyn;

    fn list(self) -> Vec<Axis> {
        self
    }
}

/// Axes that a reduction keeps with length one, made by [`keep`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep<X>(X);

/// Keeps the reduced axes with length one, so that the result broadcasts against the operand.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::{Axis, array};
///
/// let x = ChunkedArray::from_array(array![[1.0, 3.0], [5.0, 9.0]], Auto)?;
/// let mean = x.mean_axis(keep(Axis(1)))?;
/// assert_eq!(mean.shape(), [2, 1]);
/// assert_eq!((&x - mean).compute()?, array![[-1.0, 1.0], [-2.0, 2.0]]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn keep<X>(axes: X) -> Keep<X> {
    Keep(axes)
}

impl<D: Dimension, X: Axes<D>> Axes<D> for Keep<X> {
    type Out = D;

    fn list(self) -> Vec<Axis> {
        self.0.list()
    }

    const KEEP: bool = true;
}

/// The axes as numbers, each of them once and one of the array's.
pub(crate) fn checked<D: Dimension, X: Axes<D>>(axes: X, ndim: usize) -> Result<Vec<usize>> {
    let axes: Vec<usize> = axes.list().into_iter().map(|axis| axis.0).collect();
    for (i, &axis) in axes.iter().enumerate() {
        checked_axis(axis, ndim)?;
        if axes[..i].contains(&axis) {
            return Err(Error::RepeatedAxis { axis }.into());
        }
    }
    Ok(axes)
}

/// An axis that the array has.
pub(crate) fn checked_axis(axis: usize, ndim: usize) -> Result<usize> {
    if axis < ndim { Ok(axis) } else { Err(Error::Axis { axis, ndim }.into()) }
}
