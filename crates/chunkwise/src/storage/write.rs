//! Computing a single write.

use crate::{Config, Result, Write};

impl Write {
    /// Computes and writes, on the caller's rayon pool; [`compute`](crate::compute()) takes several at once.
    ///
    /// # Errors
    /// What keeps a block from being computed or written.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("ones.npy");
    /// ChunkedArray::<f64, _>::ones((10, 10))?.to_npy(&path).compute()?;
    /// assert_eq!(ChunkedArray2::<f64>::from_npy(&path, Auto)?.sum().scalar()?, 100.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn compute(&self) -> Result<()> {
        self.compute_with(&Config::default())
    }

    /// Computes and writes in a configuration of its own.
    ///
    /// # Errors
    /// As for [`compute`](Self::compute), and what the configuration brings.
    pub fn compute_with(&self, config: &Config) -> Result<()> {
        config.compute(self)
    }
}
