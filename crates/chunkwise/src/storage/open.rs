//! From something that regions can be read from to an array.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::{AxisChunks, AxisGrid, DType, Element, Grid, RegionSource, Shape};
use chunkwise_expr::Expr;
use ndarray::Dimension;

use crate::{ChunkSpec, ChunkedArray, Error, Result};

/// The array in a source that was opened from `path`.
#[track_caller]
pub(crate) fn opened<A: Element, D: Dimension>(
    source: impl RegionSource,
    path: &Path,
    chunks: impl ChunkSpec<D>,
) -> Result<ChunkedArray<A, D>> {
    let (dtype, ndim) = (source.dtype(), source.shape().len());
    if dtype != A::DTYPE || D::NDIM.is_some_and(|n| n != ndim) {
        let path = path.to_owned();
        return Err(Error::FileType { path, dtype, ndim, asked_dtype: A::DTYPE, asked_ndim: D::NDIM });
    }
    let specs = chunks.axes(ndim)?;
    let grid = aligned(&specs, source.shape(), dtype, source.grid().as_ref())?;
    Ok(ChunkedArray::from_expr(Expr::region_source(Arc::new(source), grid)))
}

/// A spec that says the chunks of an axis again.
pub(super) fn chunks_of(axis: &AxisGrid) -> AxisChunks {
    match axis {
        AxisGrid::Regular { size, .. } => AxisChunks::Size(*size),
        AxisGrid::Explicit(_) => AxisChunks::Sizes(axis.sizes().collect()),
    }
}

/// The chunks of an array whose cells are read as a whole: where the size is left to us, a cell or several.
///
/// Beginning with one cell, the axis that has the fewest cells in a chunk gets twice as many, the last axis first, for
/// as long as a chunk has no more than the automatic size.
pub(crate) fn aligned(
    specs: &[AxisChunks],
    shape: &[usize],
    dtype: DType,
    cells: Option<&Grid>,
) -> Result<Grid> {
    let grid = AxisChunks::resolve(specs, shape, dtype)?;
    let open: Vec<usize> = (0..shape.len()).filter(|&k| specs[k] == AxisChunks::Auto).collect();
    let Some(cells) = cells.filter(|_| !open.is_empty()) else { return Ok(grid) };
    let cell = cells.largest();
    let mut sizes: Shape = grid.largest();
    for &k in &open {
        sizes[k] = cell[k];
    }
    let bytes = |sizes: &[usize]| {
        sizes.iter().fold(dtype.size() as u64, |bytes, &n| bytes.saturating_mul(n.max(1) as u64))
    };
    let mut factors: Shape = shape.iter().map(|_| 1).collect();
    loop {
        let grow = open.iter().rev().filter(|&&k| {
            let mut larger = sizes.clone();
            larger[k] = cell[k].saturating_mul(factors[k] * 2).min(shape[k]);
            sizes[k] < shape[k] && bytes(&larger) <= AxisChunks::AUTO_BYTES
        });
        let Some(&k) = grow.min_by_key(|&&k| factors[k]) else { break };
        factors[k] *= 2;
        sizes[k] = cell[k].saturating_mul(factors[k]).min(shape[k]);
    }
    let axes = grid.axes().iter().enumerate().map(|(k, axis)| match &cells.axes()[k] {
        _ if specs[k] != AxisChunks::Auto => axis.clone(),
        AxisGrid::Regular { len, size } => {
            AxisGrid::regular(*len, size.saturating_mul(factors[k]).min((*len).max(1)))
        }
        explicit => explicit.clone(),
    });
    Ok(Grid::new(axes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(shape: &[usize], cell: &[usize], specs: &[AxisChunks]) -> Vec<usize> {
        let cells = Grid::new(shape.iter().zip(cell).map(|(&n, &c)| AxisGrid::regular(n, c)));
        let grid = aligned(specs, shape, DType::F64, Some(&cells)).unwrap();
        grid.axes()
            .iter()
            .map(|axis| match axis {
                AxisGrid::Regular { size, .. } => *size,
                AxisGrid::Explicit(_) => 0,
            })
            .collect()
    }

    #[test]
    fn automatic_chunks_are_cells_or_several() {
        let auto = vec![AxisChunks::Auto; 2];
        // 2 MiB are 512 by 512 of f64.
        assert_eq!(chunks(&[10_000, 10_000], &[100, 100], &auto), [400, 400]);
        assert_eq!(chunks(&[10_000, 10_000], &[1, 1000], &auto), [16, 10_000]);
        assert_eq!(chunks(&[10_000, 10_000], &[5000, 5000], &auto), [5000, 5000]);
        assert_eq!(chunks(&[3, 10_000], &[2, 10], &auto)[1] % 10, 0);
        assert_eq!(chunks(&[0, 10], &[1, 5], &auto)[1], 10);
        let mixed = [AxisChunks::Size(7), AxisChunks::Auto];
        assert_eq!(chunks(&[100, 10_000], &[10, 100], &mixed)[0], 7);
        assert_eq!(chunks(&[100, 10_000], &[10, 100], &mixed)[1] % 100, 0);
        let asked = [AxisChunks::Full, AxisChunks::Size(3)];
        assert_eq!(chunks(&[100, 10], &[10, 5], &asked), [100, 3]);
    }
}
