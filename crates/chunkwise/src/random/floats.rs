//! Random floats.

use crate::{ChunkedArray, Generator, IntoShape, Result};

/// Floats: `f64`, or `f32` by [`floats`](Self::floats).
impl Generator {
    /// Uniform `f64` from 0 up to 1, exclusive: multiples of 2^-53.
    ///
    /// For `f32`: `rng.floats::<f32>().random(shape)`.
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
        self.floats::<f64>().random(shape)
    }

    /// Uniform floats from `low` up to `high`, exclusive: `low + (high - low) u`, with 53 random bits in `u`.
    ///
    /// # Errors
    /// If `low` is not below `high`, or they or their distance are not finite; errors of the shape as for
    /// [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = Generator::seeded(1).uniform(-1.0, 1.0, 10_000)?;
    /// assert!(x.min().scalar()? >= -1.0 && x.max().scalar()? < 1.0);
    /// assert!(Generator::seeded(1).uniform(1.0, 1.0, 3).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn uniform<Sh: IntoShape>(
        &mut self,
        low: f64,
        high: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().uniform(low, high, shape)
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
        self.floats::<f64>().standard_normal(shape)
    }

    /// Normal floats of this mean and standard deviation.
    ///
    /// They come from Marsaglia and Tsang's ziggurat (2000, <https://doi.org/10.18637/jss.v005.i08>) of 1024 layers,
    /// with its tail after Marsaglia (1964). Most have 52 random bits, sign included.
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
    pub fn normal<Sh: IntoShape>(
        &mut self,
        mean: f64,
        std: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().normal(mean, std, shape)
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
    pub fn log_normal<Sh: IntoShape>(
        &mut self,
        mean: f64,
        std: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().log_normal(mean, std, shape)
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
    pub fn exponential<Sh: IntoShape>(
        &mut self,
        scale: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().exponential(scale, shape)
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
    pub fn gamma<Sh: IntoShape>(
        &mut self,
        k: f64,
        scale: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().gamma(k, scale, shape)
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
    pub fn chi_squared<Sh: IntoShape>(
        &mut self,
        freedom: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().chi_squared(freedom, shape)
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
    pub fn beta<Sh: IntoShape>(
        &mut self,
        alpha: f64,
        beta: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().beta(alpha, beta, shape)
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
    pub fn student_t<Sh: IntoShape>(
        &mut self,
        freedom: f64,
        shape: Sh,
    ) -> Result<ChunkedArray<f64, Sh::Dim>> {
        self.floats::<f64>().student_t(freedom, shape)
    }
}
