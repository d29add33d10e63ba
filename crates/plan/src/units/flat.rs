//! Units that are ranges of the row-major order.

use chunkwise_core::{AxisGrid, Grid};

use super::Granularity;

/// The units of an array of this shape, whatever its chunks, each of which is one range of the row-major order: axes
/// before some axis are cut into single positions, axes after it are whole.
///
/// ```
/// use chunkwise_core::{AxisGrid, Grid};
/// use chunkwise_plan::{Granularity, flat_unit_grid};
///
/// let units = flat_unit_grid(&[6, 100, 10], Granularity::Elements(250));
/// assert_eq!(units, Grid::new([AxisGrid::regular(6, 1), AxisGrid::regular(100, 25), AxisGrid::whole(10)]));
/// ```
pub fn flat_unit_grid(shape: &[usize], granularity: Granularity) -> Grid {
    if shape.contains(&0) {
        return Grid::whole(shape);
    }
    let target = granularity.target(shape.iter().product());
    // Elements of one position along the axes from the last one on that are whole so far.
    let mut inner = 1;
    let mut cut = false;
    let mut axes: Vec<AxisGrid> = shape
        .iter()
        .rev()
        .map(|&len| {
            if cut {
                return AxisGrid::regular(len, 1);
            }
            let most = (target / inner).max(1);
            inner *= len;
            if len <= most {
                return AxisGrid::whole(len);
            }
            cut = true;
            AxisGrid::regular(len, len.div_ceil(len.div_ceil(most)))
        })
        .collect();
    axes.reverse();
    Grid::new(axes)
}

/// Whether every cell of a grid is one range of the row-major order.
pub(crate) fn is_flat(grid: &Grid) -> bool {
    // After the first axis that has longer cells than one position, all are whole.
    let mut axes = grid.axes().iter().skip_while(|axis| axis.largest() <= 1);
    axes.next();
    axes.all(|axis| axis.count() == 1)
}

#[cfg(test)]
mod tests {
    use chunkwise_core::{AxisGrid, Grid};

    use super::{flat_unit_grid, is_flat};
    use crate::Granularity;

    #[test]
    fn units_are_ranges_of_about_the_target() {
        let shapes: [&[usize]; 9] =
            [&[], &[7], &[1000], &[3, 1, 50], &[40, 30], &[1, 1, 999], &[5, 6, 7, 8], &[2, 0, 3], &[100, 1]];
        for shape in shapes {
            for target in [1, 2, 10, 100, 5000] {
                let units = flat_unit_grid(shape, Granularity::Elements(target));
                assert_eq!(units.shape()[..], *shape);
                assert!(is_flat(&units), "{units:?}");
                let len: usize = shape.iter().product();
                let largest: usize = units.largest().iter().product();
                assert!(largest <= target && (4 * largest).max(4) > target.min(len), "{units:?}, {target}");
                let mut end = 0;
                for unit in (0..units.count()).filter(|_| len > 0) {
                    let (start, extent) = units.block(&units.coords(unit));
                    let flat = shape.iter().zip(&start).fold(0, |flat, (n, at)| flat * n + at);
                    assert_eq!(flat, end, "ranges follow each other: {units:?}");
                    end += extent.iter().product::<usize>();
                }
                assert_eq!(end, len);
            }
        }
    }

    #[test]
    fn grids_that_are_not_ranges() {
        let (cut, whole, ones) = (AxisGrid::regular(6, 2), AxisGrid::whole(6), AxisGrid::regular(6, 1));
        let flat = |axes: &[&AxisGrid]| is_flat(&Grid::new(axes.iter().copied().cloned()));
        assert!(flat(&[&cut, &whole]) && flat(&[&ones, &cut, &whole]) && flat(&[&ones, &ones]) && flat(&[]));
        assert!(!flat(&[&cut, &cut]) && !flat(&[&whole, &cut]) && !flat(&[&cut, &ones]));
    }
}
