//! What users' functions hold while they run, as far as users say.

use chunkwise_core::Element;
use ndarray::Dimension;

use crate::error::invalid;
use crate::{ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The same array, where one call of the function that makes it holds so many bytes for itself, as working memory
    /// that it frees before it returns.
    ///
    /// Under a [memory limit](crate::Config::memory_limit) everything counts, and nobody but you knows what a function
    /// allocates. With this the bytes count as often as the function runs at a time, so that fewer threads run it, or
    /// the computation is refused. The block that a function returns is counted without it. A task makes many calls, of
    /// several functions if these are fused, but one at a time: it is counted with the most that one of them holds.
    ///
    /// Say it of the array that the method returned to which you gave the function: [`mapv`](Self::mapv),
    /// [`map2`](Self::map2), [`from_shape_fn`](Self::from_shape_fn), [`from_block_fn`](Self::from_block_fn),
    /// [`try_from_block_fn`](Self::try_from_block_fn) or [`sample`](crate::Generator::sample). Values do not depend on
    /// it, and neither does what arrays share: a function that is read with and without it runs once per element.
    /// Delayed values have [`with_bytes`](crate::Delayed::with_bytes).
    ///
    /// # Errors
    /// An array that no function of yours makes, such as a view of one that does.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Array;
    ///
    /// let x = ChunkedArray::from_block_fn(100_000.chunked(1000), |block| {
    ///     let state = vec![0.5_f64; 1 << 20]; // 8 MiB, for a block of 8 kB
    ///     Array::from_elem(block.shape, state[block.index[0]])
    /// })?;
    /// let x = x.with_scratch_bytes(8 << 20)?;
    /// assert!(explain(x.mean().value())?.projected_peak > 8 << 20);
    ///
    /// let small = Config::default().memory_limit(bytes("4 MiB"));
    /// let error = small.compute(x.mean().value()).unwrap_err();
    /// assert!(matches!(error, chunkwise::Error::MemoryLimit { .. }));
    /// let larger = Config::default().memory_limit(bytes("40 MiB")); // four blocks at a time
    /// assert_eq!(larger.compute(x.mean().value())?, 0.5);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn with_scratch_bytes(&self, bytes: u64) -> Result<Self> {
        let hinted = self.expr().with_scratch_bytes(bytes).ok_or_else(|| {
            let why = "no function of yours makes this array: say it of the array that `mapv`, `map2`, \
                       `from_shape_fn`, `from_block_fn` or `sample` returned";
            invalid("with_scratch_bytes", why)
        })?;
        Ok(ChunkedArray::from_expr(hinted))
    }
}
