//! From what the user says about chunks to a [`Grid`].

use smallvec::SmallVec;

use crate::{AxisGrid, DType, Error, Grid, Result, Shape, byte_len};

/// Chunks of one axis, before its length is known.
#[derive(Clone, Debug, PartialEq)]
pub enum AxisChunks {
    /// Chunks of one size; a size beyond the axis means one chunk.
    Size(usize),
    /// These sizes, in order.
    Sizes(Vec<usize>),
    /// Chosen from shape and dtype, aiming at [`AxisChunks::AUTO_BYTES`] a block.
    Auto,
    /// One chunk.
    Full,
    /// Chosen so that a block has about this many bytes.
    Bytes(u64),
}

impl AxisChunks {
    /// What automatic chunks aim at, in bytes a block: two blocks of an expression's operands fit in the
    /// second-level cache of current processors together.
    pub const AUTO_BYTES: u64 = 2 << 20;

    /// The grid of an array with this shape and dtype.
    ///
    /// Automatic axes share what the fixed ones leave of the byte target, as near to equal lengths as the
    /// shape allows. The result depends on shape, dtype and spec only, never on the machine. Axes of length
    /// zero are ignored in the choice. Where axes name different byte targets, the smallest counts.
    ///
    /// ```
    /// use chunkwise_core::{AxisChunks, AxisGrid, DType};
    ///
    /// // A megabyte is 131072 elements of f64, 131 in each of the 1000 rows.
    /// let specs = [AxisChunks::Full, AxisChunks::Bytes(1 << 20)];
    /// let grid = AxisChunks::resolve(&specs, &[1000, 5000], DType::F64)?;
    /// assert_eq!(grid.axes()[1], AxisGrid::regular(5000, 131));
    /// # Ok::<(), chunkwise_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::ChunkArity`], [`Error::ChunkSum`], [`Error::ZeroChunk`].
    pub fn resolve(specs: &[AxisChunks], shape: &[usize], dtype: DType) -> Result<Grid> {
        byte_len(shape, dtype)?;
        if specs.len() != shape.len() {
            return Err(Error::ChunkArity { got: specs.len(), expected: shape.len() });
        }
        let mut axes: SmallVec<[Option<AxisGrid>; 6]> = SmallVec::new();
        let mut fixed = dtype.size() as u64;
        let mut target = None;
        for (axis, (spec, &len)) in specs.iter().zip(shape).enumerate() {
            let grid = match spec {
                AxisChunks::Size(0) if len > 0 => return Err(Error::ZeroChunk { axis, len }),
                AxisChunks::Size(size) => Some(AxisGrid::regular(len, (*size).min(len))),
                AxisChunks::Sizes(sizes) => Some(explicit(axis, len, sizes)?),
                AxisChunks::Full => Some(AxisGrid::whole(len)),
                AxisChunks::Auto => None,
                AxisChunks::Bytes(_) if len == 0 => None,
                AxisChunks::Bytes(0) => return Err(Error::ZeroChunk { axis, len }),
                AxisChunks::Bytes(bytes) => {
                    target = Some(target.map_or(*bytes, |t: u64| t.min(*bytes)));
                    None
                }
            };
            if let Some(grid) = &grid {
                fixed = fixed.saturating_mul(grid.largest().max(1) as u64);
            }
            axes.push(grid);
        }
        let elements = (target.unwrap_or(Self::AUTO_BYTES) / fixed).max(1);
        let open: Shape = axes
            .iter()
            .zip(shape)
            .filter(|(grid, len)| grid.is_none() && **len > 0)
            .map(|(_, &n)| n)
            .collect();
        let side = equal_side(&open, elements);
        let axes = axes.into_iter().zip(shape).map(|(grid, &len)| {
            grid.unwrap_or_else(|| {
                AxisGrid::regular(len, usize::try_from(side).unwrap_or(usize::MAX).min(len))
            })
        });
        Ok(Grid::new(axes))
    }
}

fn explicit(axis: usize, len: usize, sizes: &[usize]) -> Result<AxisGrid> {
    let sum = sizes.iter().try_fold(0usize, |sum, &n| sum.checked_add(n)).unwrap_or(usize::MAX);
    if sum != len {
        return Err(Error::ChunkSum { axis, len, sum });
    }
    Ok(AxisGrid::from_sizes(sizes))
}

/// The largest side such that the product of `min(side, n)` over the axes stays within `elements`.
fn equal_side(axes: &[usize], elements: u64) -> u64 {
    let product =
        |side: u64| axes.iter().try_fold(1u64, |p, &n| p.checked_mul(side.min(n as u64))).unwrap_or(u64::MAX);
    let mut low = 1;
    let mut high = elements;
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if product(middle) <= elements { low = middle } else { high = middle - 1 }
    }
    low
}

#[cfg(test)]
mod tests;
