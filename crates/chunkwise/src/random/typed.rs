//! Random floats of a chosen type.

use std::marker::PhantomData;

use chunkwise_core::Real;
use chunkwise_kernels::random::{Distribution, Parameter};

use crate::{ChunkedArray, Generator, IntoShape, Result};

/// A [`Generator`] of `f32` or `f64`, made by [`Generator::floats`].
///
/// Its methods are those of the generator, which say more about each; they take parameters of `A`, and return
/// arrays of it. Numbers of `f32` are those of `f64`, rounded, except for uniform ones, which have 24 random bits
/// and stay below their upper end.
#[derive(Debug)]
pub struct Floats<'g, A> {
    generator: &'g mut Generator,
    element: PhantomData<A>,
}

impl Generator {
    /// This generator, for floats of type `A`.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let mut rng = Generator::seeded(1);
    /// let x = rng.floats::<f32>().random((100, 100))?;
    /// let y = rng.floats::<f32>().normal(0.0, 2.5, (100, 100).chunked(30))?;
    /// assert_eq!((x.dtype(), y.dtype()), (DType::F32, DType::F32));
    /// assert!(x.max().scalar()? < 1.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn floats<A: Real>(&mut self) -> Floats<'_, A> {
        Floats { generator: self, element: PhantomData }
    }
}

fn parameter<A: Real>(value: A) -> Parameter {
    Parameter::new(value.to_f64().unwrap_or(f64::NAN))
}

impl<A: Real> Floats<'_, A> {
    /// Uniform floats from 0 up to 1, exclusive: multiples of 2^-53, or of 2^-24 for `f32`.
    ///
    /// # Errors
    /// As for [`Generator::random`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().random(3)?;
    /// # assert!(x.max().scalar()? < 1.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn random<Sh: IntoShape>(&mut self, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.uniform(A::zero(), A::one(), shape)
    }

    /// Normal floats of mean 0 and standard deviation 1.
    ///
    /// # Errors
    /// As for [`Generator::standard_normal`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().standard_normal(3)?;
    /// # assert!(x.max().scalar()? < 9.2);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn standard_normal<Sh: IntoShape>(&mut self, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.normal(A::zero(), A::one(), shape)
    }

    /// Uniform floats from `low` up to `high`, exclusive.
    ///
    /// # Errors
    /// As for [`Generator::uniform`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().uniform(0.5, 1.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn uniform<Sh: IntoShape>(&mut self, low: A, high: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Uniform { low: parameter(low), high: parameter(high) };
        self.generator.draw("uniform", distribution, shape)
    }

    /// Normal floats of this mean and standard deviation.
    ///
    /// # Errors
    /// As for [`Generator::normal`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().normal(0.5, 1.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn normal<Sh: IntoShape>(&mut self, mean: A, std: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Normal { mean: parameter(mean), std: parameter(std) };
        self.generator.draw("normal", distribution, shape)
    }

    /// Floats whose logarithms are normal.
    ///
    /// # Errors
    /// As for [`Generator::log_normal`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().log_normal(0.5, 1.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn log_normal<Sh: IntoShape>(
        &mut self,
        mean: A,
        std: A,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Normal { mean: parameter(mean), std: parameter(std) };
        Ok(self.generator.draw("log_normal", distribution, shape)?.exp())
    }

    /// Exponential floats of mean `scale`.
    ///
    /// # Errors
    /// As for [`Generator::exponential`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().exponential(0.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn exponential<Sh: IntoShape>(&mut self, scale: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.generator.draw("exponential", Distribution::Exponential { scale: parameter(scale) }, shape)
    }

    /// Gamma floats of shape `k` and this scale.
    ///
    /// # Errors
    /// As for [`Generator::gamma`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().gamma(0.5, 1.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn gamma<Sh: IntoShape>(&mut self, k: A, scale: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Gamma { shape: parameter(k), scale: parameter(scale) };
        self.generator.draw("gamma", distribution, shape)
    }

    /// Chi-squared floats with these degrees of freedom.
    ///
    /// # Errors
    /// As for [`Generator::chi_squared`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().chi_squared(0.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn chi_squared<Sh: IntoShape>(&mut self, freedom: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let half = Parameter::new(parameter(freedom).get() / 2.0);
        let distribution = Distribution::Gamma { shape: half, scale: Parameter::new(2.0) };
        self.generator.draw("chi_squared", distribution, shape)
    }

    /// Beta floats.
    ///
    /// # Errors
    /// As for [`Generator::beta`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().beta(0.5, 1.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn beta<Sh: IntoShape>(&mut self, alpha: A, beta: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let distribution = Distribution::Beta { alpha: parameter(alpha), beta: parameter(beta) };
        self.generator.draw("beta", distribution, shape)
    }

    /// Floats of Student's t distribution with these degrees of freedom.
    ///
    /// # Errors
    /// As for [`Generator::student_t`].
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// let x = Generator::seeded(1).floats::<f32>().student_t(0.5, 3)?;
    /// # assert!(x.is_finite().all().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn student_t<Sh: IntoShape>(&mut self, freedom: A, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.generator.draw("student_t", Distribution::StudentT { freedom: parameter(freedom) }, shape)
    }
}
