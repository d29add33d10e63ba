//! Random elements of given ones, and random orders.

use std::panic::Location;

use chunkwise_core::Element;
use chunkwise_kernels::random::{Distribution, Parameter};
use chunkwise_kernels::{Closure, Op};
use ndarray::{AsArray, Dimension, Ix1};

use crate::array::grid_of;
use crate::error::invalid;
use crate::{ChunkedArray, Generator, IntoShape, Result};

/// Choices and permutations.
impl Generator {
    /// The numbers `0..n` in random order, as `i64`; a chunk spec may follow `n`.
    ///
    /// Every place is found without the others, so that a part of a long permutation costs no more than its
    /// length. Up to 4096 numbers are shuffled, every order as likely as any other; more go through a Feistel
    /// network (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
    ///
    /// # Errors
    /// As for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::s;
    ///
    /// let order = Generator::seeded(1).permutation(1_000_000_000)?;
    /// let first = order.slice(s![..5])?.compute()?;
    /// assert!(first.iter().all(|&i| (0..1_000_000_000).contains(&i)));
    ///
    /// let mut all = Generator::seeded(1).permutation(10.chunked(3))?.compute()?.to_vec();
    /// all.sort();
    /// assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn permutation(&mut self, n: impl IntoShape<Dim = Ix1>) -> Result<ChunkedArray<i64, Ix1>> {
        let n = n.into_chunked();
        // An empty permutation has no places to draw, but the instruction wants one.
        let len = n.shape()[0].max(1) as u64;
        self.draw("permutation", Distribution::Permutation { len }, n)
    }

    /// Elements of `values`, all as likely each time, with replacement.
    ///
    /// The array keeps a copy of the values, and as a function of them it cannot leave the process.
    ///
    /// # Errors
    /// If there are no values; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = Generator::seeded(1).choice(&array![2.5, 5.0, 10.0], (100, 100))?;
    /// let mean: f64 = x.mean().scalar()?;
    /// assert!((mean - 17.5 / 3.0).abs() < 0.1);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn choice<'a, A: Element, Sh: IntoShape>(
        &mut self,
        values: impl AsArray<'a, A>,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        const WHAT: &str = "choice";
        let values = values.into().to_vec();
        let Some(span) = values.len().checked_sub(1) else {
            return Err(invalid(WHAT, "there are no values to choose from"));
        };
        let distribution = Distribution::Integers { low: 0, span: span as u64 };
        let chosen: ChunkedArray<i64, Sh::Dim> = self.draw_in(WHAT, distribution, grid_of::<A, _>(shape)?)?;
        Ok(look_up(WHAT, &chosen, move |i: i64| values[i as usize]))
    }

    /// Elements of `values`, each as likely as its weight says, with replacement.
    ///
    /// Weights need not add up to one. An element is found in their running sum by bisection.
    ///
    /// # Errors
    /// If there are not as many weights as values, if one is negative or not finite, or all are zero; errors of
    /// the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).choice_weighted(&[1, 2, 3], &[1.0, 0.0, 3.0], 10_000)?;
    /// assert!(!x.eq(2)?.any().scalar()?);
    /// let mean: f64 = x.mean().scalar()?;
    /// assert!((mean - 2.5).abs() < 0.05);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn choice_weighted<'a, A: Element, Sh: IntoShape>(
        &mut self,
        values: impl AsArray<'a, A>,
        weights: impl AsArray<'a, f64>,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        const WHAT: &str = "choice_weighted";
        let (values, weights) = (values.into(), weights.into());
        if values.len() != weights.len() {
            let why = format!("there are {} values, but {} weights", values.len(), weights.len());
            return Err(invalid(WHAT, why));
        }
        // What has no weight is never chosen, also where rounding would lead to it.
        let (mut chosen, mut sums, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for (i, (&value, &weight)) in values.iter().zip(weights).enumerate() {
            if !(weight >= 0.0 && weight.is_finite()) {
                let why = format!("weight {i} is {weight}, but must be finite and not negative");
                return Err(invalid(WHAT, why));
            }
            if weight > 0.0 {
                sum += weight;
                chosen.push(value);
                sums.push(sum);
            }
        }
        if !(sum > 0.0 && sum.is_finite()) {
            return Err(invalid(
                WHAT,
                format!("the sum of the weights is {sum}, but must be finite and positive"),
            ));
        }
        let unit = Distribution::Uniform { low: Parameter::new(0.0), high: Parameter::new(1.0) };
        let places: ChunkedArray<f64, Sh::Dim> = self.draw_in(WHAT, unit, grid_of::<A, _>(shape)?)?;
        Ok(look_up(WHAT, &places, move |u: f64| {
            let i = sums.partition_point(|&end| end <= u * sum);
            chosen[i.min(chosen.len() - 1)]
        }))
    }

    /// Elements of `values`, each place of which is taken once at most: the first ones of a random permutation.
    ///
    /// # Errors
    /// If there are fewer values than are wanted; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Array1;
    ///
    /// let values = Array1::range(0.0, 1000.0, 1.0);
    /// let hand = Generator::seeded(1).choice_without_replacement(&values, (4, 13))?;
    /// let mut cards = hand.compute()?.into_raw_vec_and_offset().0;
    /// cards.sort_by(f64::total_cmp);
    /// cards.dedup();
    /// assert_eq!(cards.len(), 52);
    /// assert!(Generator::seeded(1).choice_without_replacement(&[1, 2, 3], 4).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn choice_without_replacement<'a, A: Element, Sh: IntoShape>(
        &mut self,
        values: impl AsArray<'a, A>,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        const WHAT: &str = "choice_without_replacement";
        let values = values.into().to_vec();
        let shape = shape.into_chunked();
        let wanted = shape.shape().iter().try_fold(1usize, |n, &len| n.checked_mul(len));
        if wanted.is_none_or(|wanted| wanted > values.len()) {
            let why = format!("{:?} elements are more than {} values", shape.shape(), values.len());
            return Err(invalid(WHAT, why));
        }
        let places = Distribution::Permutation { len: values.len().max(1) as u64 };
        let chosen: ChunkedArray<i64, Sh::Dim> = self.draw_in(WHAT, places, grid_of::<A, _>(shape)?)?;
        Ok(look_up(WHAT, &chosen, move |i: i64| values[i as usize]))
    }
}

/// The element that each draw stands for.
#[track_caller]
fn look_up<A: Element, R: Element, D: Dimension>(
    what: &'static str,
    draws: &ChunkedArray<A, D>,
    find: impl Fn(A) -> R + Send + Sync + 'static,
) -> ChunkedArray<R, D> {
    draws.instruction(Op::Closure(Closure::map1(what, Location::caller(), find)))
}
