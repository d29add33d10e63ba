//! Units that are ranges of the row-major order.

use chunkwise_core::{AxisGrid, Grid};

use super::{Granularity, LEAST_OF_BLOCKS};

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
    let target = granularity.target(shape.iter().product(), LEAST_OF_BLOCKS);
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

/// As [`flat_unit_grid`], with units that are cells of a grid of shape `other` of the same size too, where there are
/// such units of a size near the target. A reshape between the two then has nothing to copy.
///
/// ```
/// use chunkwise_core::{AxisGrid, Grid};
/// use chunkwise_plan::{Granularity, aligned_unit_grid, same_ranges};
///
/// // Three rows of 20 are two of 30.
/// let units = aligned_unit_grid(&[6, 5, 4], &[4, 5, 6], Granularity::Elements(70));
/// assert_eq!(units, Grid::new([AxisGrid::regular(6, 3), AxisGrid::whole(5), AxisGrid::whole(4)]));
/// let others = same_ranges(&units, &[4, 5, 6]).expect("they were made for it");
/// assert_eq!(others, Grid::new([AxisGrid::regular(4, 2), AxisGrid::whole(5), AxisGrid::whole(6)]));
/// ```
pub fn aligned_unit_grid(shape: &[usize], other: &[usize], granularity: Granularity) -> Grid {
    let alone = flat_unit_grid(shape, granularity);
    if alone.count() == 1 {
        return alone;
    }
    let target = granularity.target(shape.iter().product(), LEAST_OF_BLOCKS);
    let step = lcm(whole_steps(shape, target), whole_steps(other, target));
    let most = target / step;
    // Half of the target is large enough.
    let lengths = (most.div_ceil(2)..=most).rev().take(1000).filter(|&n| n > 0).map(|n| n * step);
    lengths
        .filter(|&len| cells_of(other, len).is_some())
        .find_map(|len| cells_of(shape, len))
        .unwrap_or(alone)
}

/// The grid of an array of shape `other` whose cells are the same ranges of the row-major order as those of `grid`, if
/// these are all of one length but the last, and there is such a grid.
pub fn same_ranges(grid: &Grid, other: &[usize]) -> Option<Grid> {
    let len = grid.largest().iter().product();
    if cells_of(&grid.shape(), len)? == *grid { cells_of(other, len) } else { None }
}

/// The grid whose cells are ranges of the row-major order of this length, the last of them shorter.
fn cells_of(shape: &[usize], len: usize) -> Option<Grid> {
    let mut rest = len;
    let mut axes: Vec<AxisGrid> = Vec::with_capacity(shape.len());
    for (k, &n) in shape.iter().enumerate().rev() {
        if n == 0 || rest == 0 {
            return None;
        }
        if rest > n && !rest.is_multiple_of(n) && k > 0 {
            return None;
        }
        // Cells that are cut from one axis begin anew in every row of it.
        let leads = shape[..k].iter().all(|&n| n == 1);
        if rest < n && !n.is_multiple_of(rest) && !leads {
            return None;
        }
        axes.push(AxisGrid::regular(n, rest.min(n)));
        rest = if rest > n { rest / n } else { 1 };
    }
    axes.reverse();
    Some(Grid::new(axes))
}

/// Elements of the largest box of whole trailing axes of at most so many elements.
fn whole_steps(shape: &[usize], target: usize) -> usize {
    let products = shape.iter().rev().scan(1, |inner: &mut usize, &n| {
        *inner *= n;
        Some(*inner)
    });
    products.take_while(|&inner| inner <= target).last().unwrap_or(1)
}

/// The least common multiple, or the largest number.
fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
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

    use super::{aligned_unit_grid, flat_unit_grid, is_flat, same_ranges};
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
    fn units_of_two_shapes_are_the_same_ranges() {
        let ranges = |grid: &Grid| -> Vec<usize> {
            (0..grid.count()).map(|i| grid.block(&grid.coords(i)).1.iter().product()).collect()
        };
        let mut aligned = 0;
        let shapes: [(&[usize], &[usize]); 8] = [
            (&[60], &[5, 12]),
            (&[5, 12], &[60]),
            (&[6, 5, 4], &[4, 5, 6]),
            (&[50, 20], &[10, 5, 20]),
            (&[50, 20], &[10, 100]),
            (&[7, 11], &[11, 7]),
            (&[1, 30, 2], &[6, 1, 10]),
            (&[16, 9], &[12, 12]),
        ];
        for (from, to) in shapes {
            for target in [1, 4, 20, 30, 50, 70] {
                let units = aligned_unit_grid(from, to, Granularity::Elements(target));
                assert!(is_flat(&units) && units.shape()[..] == *from, "{units:?}");
                let largest = units.largest().iter().product::<usize>();
                assert!(
                    largest <= target && 4 * largest.max(1) >= target.min(from.iter().product()),
                    "{units:?}"
                );
                if let Some(others) = same_ranges(&units, to) {
                    aligned += usize::from(units.count() > 1);
                    assert!(is_flat(&others) && others.shape()[..] == *to, "{others:?}");
                    assert_eq!(ranges(&others), ranges(&units), "{from:?} {to:?}");
                }
            }
        }
        assert!(aligned >= 20, "{aligned}");
        let (whole, cut) = (AxisGrid::whole(6), AxisGrid::from_sizes(&[1, 2, 3]));
        assert!(same_ranges(&Grid::new([cut]), &[2, 3]).is_none(), "not of one length");
        assert!(same_ranges(&Grid::new([whole.clone(), AxisGrid::regular(6, 3)]), &[36]).is_none());
        assert!(same_ranges(&Grid::new([whole, AxisGrid::whole(0)]), &[0]).is_none(), "of nothing");
    }

    #[test]
    fn grids_that_are_not_ranges() {
        let (cut, whole, ones) = (AxisGrid::regular(6, 2), AxisGrid::whole(6), AxisGrid::regular(6, 1));
        let flat = |axes: &[&AxisGrid]| is_flat(&Grid::new(axes.iter().copied().cloned()));
        assert!(flat(&[&cut, &whole]) && flat(&[&ones, &cut, &whole]) && flat(&[&ones, &ones]) && flat(&[]));
        assert!(!flat(&[&cut, &cut]) && !flat(&[&whole, &cut]) && !flat(&[&cut, &ones]));
    }
}
