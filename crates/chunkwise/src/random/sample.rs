//! Any distribution of `rand_distr`, or of one's own.

use std::panic::Location;

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use chunkwise_kernels::random::{ElementRng, Key};
use chunkwise_kernels::{Closure, Op};
use ndarray_rand::rand_distr::Distribution;

use crate::array::grid_of;
use crate::{ChunkedArray, Generator, IntoShape, Result};

impl Generator {
    /// Draws from any distribution: those of [`rand_distr`](crate::rand_distr), those of
    /// [`rand`](crate::rand), or a type of one's own that implements
    /// [`Distribution`](crate::rand_distr::Distribution).
    ///
    /// Every element has a random number generator of its own. As a user's function, the distribution cannot leave
    /// the process.
    ///
    /// # Errors
    /// As for [`random`](Self::random).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::rand_distr::{Triangular, Weibull};
    ///
    /// let mut rng = Generator::seeded(1);
    /// let x: ChunkedArray2<f64> = rng.sample(Triangular::new(0.0, 1.0, 0.5)?, (100, 100).chunked(30))?;
    /// let y = rng.sample(Weibull::new(2f32, 1.0)?, (100, 100))?;
    /// assert!((x.mean().scalar()? - 0.5).abs() < 0.01 && y.min().scalar()? >= 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn sample<A: Element, Sh: IntoShape>(
        &mut self,
        distribution: impl Distribution<A> + Send + Sync + 'static,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        let index = Expr::index(grid_of::<A, _>(shape)?);
        let key = Key::new(self.stream());
        let draw = move |index: i64| distribution.sample(&mut ElementRng::new(key, index as u64));
        let closure = Closure::map1("sample", Location::caller(), draw);
        Ok(ChunkedArray::from_expr(Expr::elementwise(Op::Closure(closure), &[&index])?))
    }
}
