//! Random integers, counts and truths.

use std::ops::{Bound, RangeBounds};

use chunkwise_core::{Integer, Scalar, dispatch};
use chunkwise_kernels::random::{Distribution, Parameter};

use crate::error::invalid;
use crate::{ChunkedArray, Generator, IntoShape, Result};

/// Integers, counts and truths.
impl Generator {
    /// Integers of a range, all as likely: `0..100`, `1..=6`, or `..` for all there are of the type.
    ///
    /// The probability of each is off by less than 2^-64; if there are at most 4096, by less than 2^-32, a millionth of
    /// itself at most.
    ///
    /// # Errors
    /// An empty range; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let mut rng = Generator::seeded(1);
    /// let x = rng.integers(0..100, (10_000, 1000, 100))?; // i32, a billion of them, never held at once
    /// # let x = x.slice(ndarray::s![..100, .., ..])?;
    /// let mean: f64 = x.mean().scalar()?;
    /// assert!((mean - 49.5).abs() < 0.1);
    /// let bytes: ChunkedArray1<u8> = rng.integers(.., 1000)?;
    /// assert_eq!(bytes.dtype(), DType::U8);
    /// assert!(rng.integers(5..5, 3).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn integers<A: Integer, Sh: IntoShape>(
        &mut self,
        range: impl RangeBounds<A>,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        const WHAT: &str = "integers";
        let (least, largest) = dispatch!(A::DTYPE, Integer, T => (T::MIN as i128, T::MAX as i128),
            else unreachable!("an integer"));
        let low = match range.start_bound() {
            Bound::Included(&low) => wide(low),
            Bound::Excluded(&before) => wide(before) + 1,
            Bound::Unbounded => least,
        };
        let last = match range.end_bound() {
            Bound::Included(&last) => wide(last),
            Bound::Excluded(&end) => wide(end) - 1,
            Bound::Unbounded => largest,
        };
        let span = u64::try_from(last - low)
            .map_err(|_| invalid(WHAT, format!("there is no integer from {low} to {last}")))?;
        self.draw(WHAT, Distribution::Integers { low: low as i64, span }, shape)
    }

    /// `true` with this probability, else `false`.
    ///
    /// # Errors
    /// A probability outside of 0 to 1; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let heads = Generator::seeded(1).bernoulli(0.5, 10_000)?;
    /// assert!((heads.count_nonzero().scalar()? - 5000).abs() < 300);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn bernoulli<Sh: IntoShape>(
        &mut self,
        probability: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<bool, Sh::Dim>> {
        let probability = Parameter::new(probability);
        self.draw("bernoulli", Distribution::Bernoulli { probability }, shape)
    }

    /// Numbers of events in an interval in which `rate` are expected, as `i64` (by
    /// [`rand_distr`](crate::rand_distr)).
    ///
    /// # Errors
    /// A rate that is negative, NaN, or so large that the numbers are no `i64`; errors of the shape as for
    /// [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let calls = Generator::seeded(1).poisson(4.0, 50_000)?;
    /// assert!((calls.mean().scalar()? - 4.0).abs() < 0.05);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn poisson<Sh: IntoShape>(&mut self, rate: f64, shape: Sh) -> Result<ChunkedArray<i64, Sh::Dim>> {
        self.draw("poisson", Distribution::Poisson { rate: Parameter::new(rate) }, shape)
    }

    /// Numbers of successes in so many trials, each with this probability, as `i64` (Kachitvichyanukul and
    /// Schmeiser 1988, by [`rand_distr`](crate::rand_distr)).
    ///
    /// # Errors
    /// A probability outside of 0 to 1, more than 2^63 - 1 trials; errors of the shape as for
    /// [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).binomial(10, 0.3, 50_000)?;
    /// assert!((x.mean().scalar()? - 3.0).abs() < 0.05 && x.max().scalar()? <= 10);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn binomial<Sh: IntoShape>(
        &mut self,
        trials: u64,
        probability: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<i64, Sh::Dim>> {
        let probability = Parameter::new(probability);
        self.draw("binomial", Distribution::Binomial { trials, probability }, shape)
    }

    /// Numbers of failures before the first success, of this probability, as `i64` (Bringmann and Friedrich 2013,
    /// by [`rand_distr`](crate::rand_distr)). NumPy counts the success too.
    ///
    /// # Errors
    /// A probability that is zero, or outside of 0 to 1; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).geometric(0.25, 50_000)?;
    /// assert!((x.mean().scalar()? - 3.0).abs() < 0.1);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn geometric<Sh: IntoShape>(
        &mut self,
        probability: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<i64, Sh::Dim>> {
        let probability = Parameter::new(probability);
        self.draw("geometric", Distribution::Geometric { probability }, shape)
    }
}

/// An integer of any type.
fn wide<A: Integer>(value: A) -> i128 {
    let value = Scalar::new(value);
    dispatch!(A::DTYPE, Integer, T => value.get::<T>().map_or(0, |v| v as i128),
        else unreachable!("an integer"))
}
