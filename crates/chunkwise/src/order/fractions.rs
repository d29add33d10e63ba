//! Which quantiles, and what is done between elements.

use chunkwise_core::{Element, Ordered};
use chunkwise_kernels::order::{Method, OrderOp};
use chunkwise_kernels::random::Parameter;
use ndarray::Dimension;

use crate::error::invalid;
use crate::{ChunkedArray, Result};

/// Which quantiles are asked for: one number, or several as an array, a slice or a `Vec`, which give the result a new
/// first axis; either with a method, as in `Pick::Lower.of(0.5)`. Without one it is [`Interpolation::Linear`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which quantiles",
    note = "use a number, [f64; N], &[f64] or Vec<f64>, or a method of one of these: Pick::Lower.of(0.5)"
)]
pub trait Quantiles<A: Ordered> {
    /// The type of the results.
    type Elem: Element;

    /// The dimension type of the results of lanes that are an array of dimension `D`.
    type Dim<D: Dimension>: Dimension;

    #[doc(hidden)]
    const SEVERAL: bool;

    #[doc(hidden)]
    fn list(self) -> (Vec<f64>, Method);
}

/// The quantiles `Q` of lanes of elements of `A` that are an array of dimension `D`.
pub type QuantilesOf<A, Q, D> = ChunkedArray<<Q as Quantiles<A>>::Elem, <Q as Quantiles<A>>::Dim<D>>;

impl<A: Ordered> Quantiles<A> for f64 {
    type Elem = A::Mean;
    type Dim<D: Dimension> = D;
    const SEVERAL: bool = false;

    fn list(self) -> (Vec<f64>, Method) {
        (vec![self], Method::Linear)
    }
}

macro_rules! lists {
    ($([$($N:ident)?] $List:ty;)*) => {$(
        impl<A: Ordered, $(const $N: usize)?> Quantiles<A> for $List {
            type Elem = A::Mean;
            type Dim<D: Dimension> = D::Larger;
            const SEVERAL: bool = true;

            fn list(self) -> (Vec<f64>, Method) {
                (self.to_vec(), Method::Linear)
            }
        }
    )*};
}

lists! {
    [] &[f64];
    [] Vec<f64>;
    [] &Vec<f64>;
    [N] [f64; N];
    [N] &[f64; N];
}

/// Quantiles by a method, made by [`Pick::of`] and [`Interpolation::of`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantilesBy<M, Q> {
    method: M,
    quantiles: Q,
}

impl<A: Ordered, M: QuantileMethod<A>, Q: Quantiles<A>> Quantiles<A> for QuantilesBy<M, Q> {
    type Elem = M::Elem;
    type Dim<D: Dimension> = Q::Dim<D>;
    const SEVERAL: bool = Q::SEVERAL;

    fn list(self) -> (Vec<f64>, Method) {
        (self.quantiles.list().0, self.method.method())
    }
}

/// What is done where a quantile lies between two elements, and so the type of the result: [`Pick`] or
/// [`Interpolation`].
pub trait QuantileMethod<A: Ordered> {
    /// The type of the quantiles of elements of `A`.
    type Elem: Element;

    #[doc(hidden)]
    fn method(self) -> Method;
}

/// Methods by which every quantile is an element, of the type of the elements. For `n` elements in order, counted from
/// zero, and a fraction `q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pick {
    /// The element at `q (n - 1)`, rounded down.
    Lower,
    /// The element at `q (n - 1)`, rounded up.
    Higher,
    /// The element at `q (n - 1)`, rounded to the nearest, halves to even.
    Nearest,
    /// The first element that at least `q n` elements are not larger than: method 1 of Hyndman and Fan.
    InvertedCdf,
    /// The element whose number, counted from one, is nearest to `q n`, even numbers first: method 3 of Hyndman and
    /// Fan.
    ClosestObservation,
}

/// Methods that may give values between two elements: floats, `f64` for integers and bool.
///
/// Most place the quantile at `q (n + 1 - a - b) + a - 1` among `n` elements, counted from zero, and interpolate between
/// the elements before and after; they differ in `a` and `b` (Hyndman and Fan, "Sample Quantiles in Statistical
/// Packages", 1996).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interpolation {
    /// `a = b = 1`: method 7 of Hyndman and Fan, the default.
    #[default]
    Linear,
    /// The mean of what [`Pick::Lower`] and [`Pick::Higher`] give.
    Midpoint,
    /// As [`Pick::InvertedCdf`], but the mean of two elements where `q n` is whole: method 2 of Hyndman and Fan.
    AveragedInvertedCdf,
    /// `a = 0`, `b = 1`: method 4 of Hyndman and Fan.
    InterpolatedInvertedCdf,
    /// `a = b = 1/2`: method 5 of Hyndman and Fan.
    Hazen,
    /// `a = b = 0`: method 6 of Hyndman and Fan.
    Weibull,
    /// `a = b = 1/3`: method 8 of Hyndman and Fan, nearly unbiased for the median whatever the distribution.
    MedianUnbiased,
    /// `a = b = 3/8`: method 9 of Hyndman and Fan, nearly unbiased for normal distributions.
    NormalUnbiased,
}

impl Pick {
    /// Quantiles by this method.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::Pick;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1_i64, 2, 4, 8], Auto)?;
    /// assert_eq!(x.quantile(0.5)?.scalar()?, 3.0);
    /// assert_eq!(x.quantile(Pick::Lower.of(0.5))?.scalar()?, 2);
    /// assert_eq!(x.quantile(Pick::Higher.of([0.5, 0.1]))?.compute()?, array![4, 2]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn of<Q>(self, quantiles: Q) -> QuantilesBy<Self, Q> {
        QuantilesBy { method: self, quantiles }
    }
}

impl Interpolation {
    /// Quantiles by this method.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::Interpolation;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1.0_f64, 2.0, 4.0, 8.0], Auto)?;
    /// assert_eq!(x.quantile(Interpolation::Hazen.of(0.25))?.scalar()?, 1.5);
    /// assert_eq!(x.quantile(Interpolation::Midpoint.of([0.3, 1.0]))?.compute()?, array![1.5, 8.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn of<Q>(self, quantiles: Q) -> QuantilesBy<Self, Q> {
        QuantilesBy { method: self, quantiles }
    }
}

impl<A: Ordered> QuantileMethod<A> for Pick {
    type Elem = A;

    fn method(self) -> Method {
        match self {
            Pick::Lower => Method::Lower,
            Pick::Higher => Method::Higher,
            Pick::Nearest => Method::Nearest,
            Pick::InvertedCdf => Method::InvertedCdf,
            Pick::ClosestObservation => Method::ClosestObservation,
        }
    }
}

impl<A: Ordered> QuantileMethod<A> for Interpolation {
    type Elem = A::Mean;

    fn method(self) -> Method {
        match self {
            Interpolation::Linear => Method::Linear,
            Interpolation::Midpoint => Method::Midpoint,
            Interpolation::AveragedInvertedCdf => Method::AveragedInvertedCdf,
            Interpolation::InterpolatedInvertedCdf => Method::InterpolatedInvertedCdf,
            Interpolation::Hazen => Method::Hazen,
            Interpolation::Weibull => Method::Weibull,
            Interpolation::MedianUnbiased => Method::MedianUnbiased,
            Interpolation::NormalUnbiased => Method::NormalUnbiased,
        }
    }
}

/// What finds quantiles that are given in parts of `scale`, and where their axis goes.
pub(super) fn op<A: Ordered, Q: Quantiles<A>>(
    q: Q,
    scale: f64,
    nan: bool,
) -> Result<(OrderOp, Option<usize>)> {
    let (list, method) = q.list();
    if let Some(q) = list.iter().find(|q| !(0.0..=scale).contains(*q)) {
        let what = if scale == 1.0 { "quantile" } else { "percentile" };
        return Err(invalid(what, format!("{q} is not between 0 and {scale}")));
    }
    let fractions = list.into_iter().map(|q| Parameter::new(q / scale)).collect();
    Ok((OrderOp::Quantile { fractions, method, nan }, Q::SEVERAL.then_some(0)))
}
