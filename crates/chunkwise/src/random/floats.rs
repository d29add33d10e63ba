//! Random floats.

use chunkwise_core::Real;
use chunkwise_kernels::random::{Distribution, Parameter};

use crate::{ChunkedArray, Generator, IntoShape, Result};

fn parameter<A: Real>(value: A) -> Parameter {
    Parameter::new(value.to_f64().unwrap_or(f64::NAN))
}

/// Floats. Parameters say which: `f64` unless they are `f32`.
impl Generator {
    /// Uniform `f64` from 0 up to 1, exclusive: multiples of 2^-53.
    ///
    /// For `f32` there is [`uniform`](Self::uniform): `rng.uniform(0f32, 1.0, shape)`.
    ///
    /// # Errors
    /// A chunk spec that does not fit the shape, or a shape too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::s;
    ///
    /// let x = Generator::seeded(1).random((1000, 1000).chunked(300))?;
    /// let all = x.compute()?;
    /// assert!(all.iter().all(|x| (0.0..1.0).contains(x)));
    /// // a slice draws its own elements only, and they are the same
    /// assert_eq!(x.slice(s![..;-100, 7])?.compute()?, all.slice(s![..;-100, 7]));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn random<Sh: IntoShape>(&mut self, shape: Sh) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.uniform(0.0, 1.0, shape)
    }

    /// Uniform floats from `low` up to `high`, exclusive: `low + (high - low) u`, with 53 random bits in `u`, or 24 for
    /// `f32`.
    ///
    /// # Errors
    /// If `low` is not below `high`, or they or their distance are not finite; errors of the shape as for
    /// [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).uniform(-1f32, 1.0, 10_000)?;
    /// assert!(x.min().scalar()? >= -1.0 && x.max().scalar()? < 1.0);
    /// assert!(Generator::seeded(1).uniform(1.0, 1.0, 3).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn uniform<A: Real, Sh: IntoShape>(
        &mut self,
        low: A,
        high: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Uniform { low: parameter(low), high: parameter(high) };
        self.draw("uniform", distribution, shape)
    }

    /// Normal `f64` of mean 0 and standard deviation 1.
    ///
    /// # Errors
    /// As for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).standard_normal((300, 300))?;
    /// assert!(x.mean().scalar()?.abs() < 0.02 && (x.std(0.0).scalar()? - 1.0).abs() < 0.02);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn standard_normal<Sh: IntoShape>(&mut self, shape: Sh) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.normal(0.0, 1.0, shape)
    }

    /// Normal floats of this mean and standard deviation.
    ///
    /// They are quantiles of uniform numbers with 63 bits and a sign, exact to some units in the last place, and reach
    /// up to 9.2 standard deviations from the mean. The variable in which the quantile is smooth is that of Giles (2010,
    /// "Approximating the erfinv function").
    ///
    /// # Errors
    /// A standard deviation that is negative, parameters that are not finite; errors of the shape as for
    /// [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).normal(5.0, 2.0, 100_000)?;
    /// assert!((x.mean().scalar()? - 5.0).abs() < 0.03 && (x.std(0.0).scalar()? - 2.0).abs() < 0.03);
    /// assert!(Generator::seeded(1).normal(0.0, -1.0, 3).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn normal<A: Real, Sh: IntoShape>(
        &mut self,
        mean: A,
        std: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Normal { mean: parameter(mean), std: parameter(std) };
        self.draw("normal", distribution, shape)
    }

    /// Floats whose logarithms are normal, of this mean and standard deviation.
    ///
    /// # Errors
    /// As for [`normal`](Self::normal).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).log_normal(1.0, 0.5, 100_000)?;
    /// assert!((x.ln().mean().scalar()? - 1.0).abs() < 0.01);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn log_normal<A: Real, Sh: IntoShape>(
        &mut self,
        mean: A,
        std: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Normal { mean: parameter(mean), std: parameter(std) };
        Ok(self.draw("log_normal", distribution, shape)?.exp())
    }

    /// Exponential floats of mean `scale`, which is the inverse of the rate: `-scale ln(u)`.
    ///
    /// # Errors
    /// A scale that is not positive and finite; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let waiting = Generator::seeded(1).exponential(3.0, 100_000)?;
    /// assert!((waiting.mean().scalar()? - 3.0).abs() < 0.05 && waiting.min().scalar()? >= 0.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn exponential<A: Real, Sh: IntoShape>(
        &mut self,
        scale: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.draw("exponential", Distribution::Exponential { scale: parameter(scale) }, shape)
    }

    /// Gamma floats of shape `k` and this scale, with mean `k * scale` (Marsaglia and Tsang 2000, by
    /// [`rand_distr`](crate::rand_distr)).
    ///
    /// # Errors
    /// Parameters that are not positive and finite; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).gamma(2.0, 3.0, 50_000)?;
    /// assert!((x.mean().scalar()? - 6.0).abs() < 0.1);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn gamma<A: Real, Sh: IntoShape>(
        &mut self,
        k: A,
        scale: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Gamma { shape: parameter(k), scale: parameter(scale) };
        self.draw("gamma", distribution, shape)
    }

    /// Chi-squared floats: sums of the squares of so many standard normal numbers.
    ///
    /// # Errors
    /// Degrees of freedom that are not positive and finite; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).chi_squared(3.0, 50_000)?;
    /// assert!((x.mean().scalar()? - 3.0).abs() < 0.05);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn chi_squared<A: Real, Sh: IntoShape>(
        &mut self,
        freedom: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let half = Parameter::new(parameter(freedom).get() / 2.0);
        let distribution = Distribution::Gamma { shape: half, scale: Parameter::new(2.0) };
        self.draw("chi_squared", distribution, shape)
    }

    /// Beta floats between 0 and 1, with mean `alpha / (alpha + beta)` (Cheng 1978, by
    /// [`rand_distr`](crate::rand_distr)).
    ///
    /// # Errors
    /// Parameters that are not positive and finite; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).beta(1.0, 3.0, 50_000)?;
    /// assert!((x.mean().scalar()? - 0.25).abs() < 0.01);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn beta<A: Real, Sh: IntoShape>(
        &mut self,
        alpha: A,
        beta: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Beta { alpha: parameter(alpha), beta: parameter(beta) };
        self.draw("beta", distribution, shape)
    }

    /// Floats of Student's t distribution with these degrees of freedom (by [`rand_distr`](crate::rand_distr)).
    ///
    /// # Errors
    /// Degrees of freedom that are not positive and finite; errors of the shape as for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).student_t(10.0, 50_000)?;
    /// assert!((x.var(0.0).scalar()? - 1.25).abs() < 0.05);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn student_t<A: Real, Sh: IntoShape>(
        &mut self,
        freedom: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.draw("student_t", Distribution::StudentT { freedom: parameter(freedom) }, shape)
    }
}
