//! Chunks of a reshaped array.

use super::groups;
use crate::{AxisChunks, AxisGrid, DType, Grid, Result, byte_len};

/// The chunks that a reshape to `to`, of the same size, gets when nobody says otherwise.
///
/// Where axes line up, chunks stay as they are. Axes that are merged or split keep their boundaries if these are
/// boundaries of the result too, that is if only the first of them is cut, between whole steps of the first of the
/// axes that they become; chunks then hold the same elements as before. Other axes get automatic chunks. So no
/// chunk is larger than those of the source and those chosen automatically.
///
/// ```
/// use chunkwise_core::{AxisGrid, DType, Grid, reshaped_grid};
///
/// let rows = Grid::new([AxisGrid::regular(5000, 500), AxisGrid::whole(40)]);
/// let split = reshaped_grid(&rows, &[50, 100, 40], DType::F64)?;
/// assert_eq!(split.largest()[..], [5, 100, 40]);
/// let merged = reshaped_grid(&rows, &[200_000], DType::F64)?;
/// assert_eq!(merged.largest()[..], [20_000]);
/// # Ok::<(), chunkwise_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::TooLarge`](crate::Error::TooLarge) for a shape that cannot be addressed.
pub fn reshaped_grid(from: &Grid, to: &[usize], dtype: DType) -> Result<Grid> {
    byte_len(to, dtype)?;
    let shape = from.shape();
    let mut specs = vec![AxisChunks::Auto; to.len()];
    if !to.contains(&0) {
        for (old, new) in groups(&shape, to) {
            let Some(j) = new.clone().find(|&j| to[j] != 1).or(new.clone().next()) else { continue };
            let Some(k) = old.clone().find(|&k| shape[k] != 1) else { continue };
            let rest = |lens: &[usize], at: usize, end: usize| lens[at + 1..end].iter().product::<usize>();
            let cut_inside = from.axes()[k + 1..old.end].iter().any(|axis| axis.largest() != axis.len());
            if cut_inside {
                continue;
            }
            if let Some(spec) = scaled(&from.axes()[k], rest(&shape, k, old.end), rest(to, j, new.end)) {
                for other in new {
                    specs[other] = AxisChunks::Full;
                }
                specs[j] = spec;
            }
        }
    }
    AxisChunks::resolve(&specs, to, dtype)
}

/// The chunks of an axis whose steps hold `step` elements, as chunks of one whose steps hold `new_step`.
fn scaled(axis: &AxisGrid, step: usize, new_step: usize) -> Option<AxisChunks> {
    let scale = |at: usize| {
        let elements = at * step;
        elements.is_multiple_of(new_step).then_some(elements / new_step)
    };
    match axis {
        _ if axis.largest() == axis.len() => Some(AxisChunks::Full),
        AxisGrid::Regular { size, .. } => scale(*size).map(AxisChunks::Size),
        AxisGrid::Explicit(_) => axis.sizes().map(scale).collect::<Option<_>>().map(AxisChunks::Sizes),
    }
}
