//! Cells of arrays that are scanned along an axis.

use chunkwise_core::{AxisGrid, Grid};

use super::{Granularity, LEAST_OF_MEMORY, even_part};

/// Bytes of a row of a cell at least, unless the array's are shorter: below, memory is walked in too many places.
const ROW_BYTES: usize = 4096;

/// Where so many cells lie side by side, the threads of most machines are busy without cuts along the axis.
const SIDE_BY_SIDE: usize = 8;

/// The cells of an array of this shape that is scanned along `axis`, of elements of so many bytes; and whether there are
/// so few lanes that cells which follow each other along the axis should not wait for each other.
///
/// ```
/// use chunkwise_core::{AxisGrid, Grid};
/// use chunkwise_plan::{Granularity, scan_unit_grid};
///
/// let cost = Granularity::Cost(0);
/// let (cells, few) = scan_unit_grid(&[5000, 5000], 0, 8, cost);
/// assert_eq!(cells, Grid::new([AxisGrid::regular(5000, 500), AxisGrid::regular(5000, 500)]));
/// assert!(!few, "ten panels of columns");
/// let (cells, few) = scan_unit_grid(&[10_000_000], 0, 8, cost);
/// assert!(few && cells.count() > 30);
/// ```
pub fn scan_unit_grid(shape: &[usize], axis: usize, size: usize, granularity: Granularity) -> (Grid, bool) {
    let product = |shape: &[usize]| shape.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    let len = product(shape);
    if len == 0 {
        return (Grid::whole(shape), false);
    }
    let target = granularity.target(len, LEAST_OF_MEMORY);
    if len <= target + target / 2 {
        return (Grid::whole(shape), false);
    }
    let (outer, along, inner) = (product(&shape[..axis]), shape[axis], product(&shape[axis + 1..]));
    // The elements of a cell along the axes before the scanned one, along it, and along those after it.
    let (before, rows, width) = if along.saturating_mul(inner) <= target {
        (target / (along * inner), along, inner)
    } else {
        let least = (ROW_BYTES / size).min(target.isqrt()).max(1);
        let panel = even_part(inner, least.max(target / along));
        if outer.saturating_mul(inner.div_ceil(panel)) >= SIDE_BY_SIDE {
            (1, even_part(along, target / panel), panel)
        } else {
            let width = even_part(inner, target / 8);
            (1, even_part(along, target / width), width)
        }
    };
    let mut extent = vec![1; shape.len()];
    extent[axis] = rows;
    fill(&mut extent[axis + 1..], &shape[axis + 1..], width);
    fill(&mut extent[..axis], &shape[..axis], before);
    let side_by_side = outer.saturating_mul(inner.div_ceil(width));
    let cells = Grid::new(shape.iter().zip(&extent).map(|(&n, &extent)| AxisGrid::regular(n, extent)));
    (cells, rows < along && side_by_side < SIDE_BY_SIDE)
}

/// Extents of about so many elements: the last axes whole, as far as there is room.
fn fill(extent: &mut [usize], shape: &[usize], mut room: usize) {
    for (extent, &len) in extent.iter_mut().zip(shape).rev() {
        *extent = even_part(len, room);
        if *extent < len {
            return;
        }
        room = (room / len).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Granularity, scan_unit_grid};

    #[test]
    fn cells_are_of_a_size_and_there_are_enough() {
        let shapes: [(&[usize], usize); 14] = [
            (&[5000, 5000], 0),
            (&[5000, 5000], 1),
            (&[30_000_000], 0),
            (&[10_000_000, 3], 0),
            (&[3, 10_000_000], 1),
            (&[3, 10_000_000], 0),
            (&[100_000, 1000], 0),
            (&[100, 400, 700], 1),
            (&[100, 400, 700], 0),
            (&[100, 400, 700], 2),
            (&[1000, 20, 30, 40], 1),
            (&[4, 100_000, 2, 30], 1),
            (&[1, 6_000_000, 1, 4], 1),
            (&[2, 3, 5, 7, 11, 13, 17, 19, 2], 4),
        ];
        for (shape, axis) in shapes {
            for size in [4, 8, 16] {
                let (cells, few) = scan_unit_grid(shape, axis, size, Granularity::Cost(0));
                let len: usize = shape.iter().product();
                let largest: usize = cells.largest().iter().product();
                let what = format!("{shape:?} along {axis}: {cells:?}, {few}");
                assert!((1 << 16..1 << 19).contains(&largest), "{what}");
                let along = cells.axes()[axis].count();
                assert!(few == (along > 1 && cells.count() / along < 8), "{what}");
                assert!(cells.count() >= 16 || len < 1 << 22, "{what}");
            }
        }
    }

    #[test]
    fn small_arrays_are_one_cell() {
        for (shape, axis) in [(&[100, 100][..], 0), (&[1], 0), (&[300_000], 0), (&[5, 0, 3], 1), (&[0], 0)] {
            let (cells, few) = scan_unit_grid(shape, axis, 8, Granularity::Cost(0));
            assert!(cells.count() == 1 && !few);
        }
    }

    #[test]
    fn tests_may_ask_for_tiny_cells() {
        for elements in [1, 2, 5, 16, 50] {
            for (shape, axis) in [(&[20][..], 0), (&[6, 7], 0), (&[6, 7], 1), (&[3, 4, 5], 1)] {
                let (cells, _) = scan_unit_grid(shape, axis, 8, Granularity::Elements(elements));
                let largest: usize = cells.largest().iter().product();
                assert!(largest <= 4 * elements, "{shape:?} {axis} {elements}: {cells:?}");
            }
        }
    }
}
