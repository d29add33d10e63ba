//! How a new dataset is laid out.

use chunkwise_core::{AxisGrid, Grid};

/// How a new dataset is laid out. The default: in one piece, not compressed.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Hdf5Options {
    chunks: Option<Vec<usize>>,
    pub(super) deflate: Option<u8>,
    pub(super) shuffle: bool,
    pub(super) checksum: bool,
}

impl Hdf5Options {
    /// Cuts the dataset into chunks of this shape, none of which may be longer than the dataset.
    pub fn chunks(mut self, chunks: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(chunks.into());
        self
    }

    /// Compresses chunks by deflate, at a level from 0 to 9.
    pub fn deflate(mut self, level: u8) -> Self {
        self.deflate = Some(level);
        self
    }

    /// Orders the bytes of a chunk so that they compress better: the first bytes of all elements first.
    pub fn shuffle(mut self) -> Self {
        self.shuffle = true;
        self
    }

    /// Adds a checksum to each chunk (Fletcher 32).
    pub fn checksum(mut self) -> Self {
        self.checksum = true;
        self
    }

    /// The shape of the chunks, unless one was given or the dataset is in one piece.
    pub(super) fn chunk_shape(&self, shape: &[usize]) -> Option<Vec<usize>> {
        // Filters are applied to chunks; a dataset without axes or elements has none.
        let filtered = self.deflate.is_some() || self.shuffle || self.checksum;
        let chunks = match &self.chunks {
            Some(chunks) => chunks.clone(),
            None if filtered => shape.to_vec(),
            None => return None,
        };
        (!shape.is_empty() && !shape.contains(&0)).then_some(chunks)
    }

    /// What is best written as a whole of a dataset of this shape: chunks. `None` if it is in one piece.
    pub fn grid(&self, shape: &[usize]) -> Option<Grid> {
        let chunks = self.chunk_shape(shape).filter(|chunks| chunks.len() == shape.len())?;
        Some(Grid::new(shape.iter().zip(chunks).map(|(&n, chunk)| AxisGrid::regular(n, chunk))))
    }
}
