//! Random arrays: a generator hands out streams, and each element of an array is a function of its stream and its
//! place.

mod choice;
mod floats;
mod integers;
mod sample;
mod typed;

pub use typed::Floats;

use std::hash::{BuildHasher, RandomState};

use chunkwise_core::{Element, Grid};
use chunkwise_expr::Expr;
use chunkwise_kernels::Op;
use chunkwise_kernels::random::{Distribution, Draw, Key};
use ndarray::Dimension;

use crate::array::grid_of;
use crate::error::invalid;
use crate::{ChunkedArray, IntoShape, Result};

/// Makes random arrays.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let mut rng = Generator::seeded(42);
/// let x = rng.random((5000, 5000))?; // nothing is drawn yet
/// let y = rng.normal(0.0, 1.0, (5000, 5000))?;
/// let dice = rng.integers(1..=6, 1000)?;
/// assert!((x.mean().scalar()? - 0.5).abs() < 1e-3);
/// assert_eq!((dice.min().scalar()?, dice.max().scalar()?), (1, 6));
/// # drop(y);
/// # Ok::<(), chunkwise::Error>(())
/// ```
///
/// # What decides the values
///
/// The seed, how many arrays the generator has made before, the parameters of the method, the element type, and
/// the place of the element in row-major order. Nothing else does: neither chunks, nor threads, nor memory limits,
/// nor what is computed of the array. A slice draws only its own elements, which are those of the slice of the
/// whole.
///
/// Every method moves the generator on, so that two arrays of one generator have nothing in common. Generators of
/// one seed make the same arrays in the same order; those of different seeds, be they neighbours, make unrelated
/// ones. An array is a recipe as any other: read twice, it has the same values both times.
///
/// # Where they come from
///
/// Random words are a keyed form of Evensen's mixing function NASAM (2020) of seed, stream and index: a
/// counter-based generator as those of Salmon et al. (2011, "Parallel random numbers: as easy as 1, 2, 3"), made
/// for speed and statistical quality, not for secrets. Uniform and normal numbers, exponentials, integers and
/// truths are computed by vector code from one word each or from half of one, normal numbers now and then from more;
/// they have the same bits on every instruction set. The other distributions are those of
/// [`rand_distr`](crate::rand_distr), which get a generator of their own for every element; so does
/// [`sample`](Self::sample), for any distribution there is.
///
/// The values of a seed stay the same within a release line (`0.1.x`), and may change between release lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    streams: Key,
    next: u64,
}

impl Generator {
    /// The generator of a seed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let (mut a, mut b) = (Generator::seeded(1), Generator::seeded(1));
    /// let first = a.random(100.chunked(7))?.compute()?;
    /// assert_eq!(first, b.random(100)?.compute()?);
    /// assert_ne!(first, a.random(100)?.compute()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn seeded(seed: u64) -> Self {
        Generator { streams: Key::new(seed), next: 0 }
    }

    /// A generator that nobody can foretell, seeded by the operating system.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let (mut a, mut b) = (Generator::from_os_rng(), Generator::from_os_rng());
    /// assert_ne!(a.random(100)?.compute()?, b.random(100)?.compute()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn from_os_rng() -> Self {
        // The standard library takes the keys of its hashers from the operating system.
        Self::seeded(RandomState::new().hash_one("a seed"))
    }

    /// The number of the next stream; the generator moves on.
    fn stream(&mut self) -> u64 {
        let stream = self.streams.bits(self.next);
        self.next += 1;
        stream
    }

    /// An array of draws from a distribution, for the method `what`.
    #[track_caller]
    fn draw<A: Element, Sh: IntoShape>(
        &mut self,
        what: &'static str,
        distribution: Distribution,
        shape: Sh,
    ) -> Result<ChunkedArray<A, Sh::Dim>> {
        self.draw_in(what, distribution, grid_of::<A, _>(shape)?)
    }

    /// As `draw`, of a shape whose chunks are known.
    #[track_caller]
    fn draw_in<A: Element, D: Dimension>(
        &mut self,
        what: &'static str,
        distribution: Distribution,
        grid: Grid,
    ) -> Result<ChunkedArray<A, D>> {
        distribution.check(A::DTYPE).map_err(|why| invalid(what, why))?;
        let index = Expr::index(grid);
        let op = Op::Draw(Draw { key: self.stream(), dtype: A::DTYPE, distribution });
        Ok(ChunkedArray::from_expr(Expr::elementwise(op, &[&index])?))
    }
}
