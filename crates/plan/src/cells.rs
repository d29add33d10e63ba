//! Which cells of a grid a box touches.

use chunkwise_core::{Grid, Shape};
use smallvec::SmallVec;

/// Calls `f` with the number of every cell of a grid that a box touches, in row-major order.
pub fn for_cells(grid: &Grid, start: &[usize], shape: &[usize], mut f: impl FnMut(usize)) {
    if shape.contains(&0) {
        return;
    }
    let ranges: SmallVec<[(usize, usize); 6]> = grid
        .axes()
        .iter()
        .zip(start.iter().zip(shape))
        .map(|(axis, (&s, &n))| (axis.find(s), axis.find(s + n - 1)))
        .collect();
    let mut coords: Shape = ranges.iter().map(|r| r.0).collect();
    loop {
        f(grid.index(&coords));
        let mut k = coords.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            coords[k] += 1;
            if coords[k] <= ranges[k].1 {
                break;
            }
            coords[k] = ranges[k].0;
        }
    }
}

/// Calls `f` with each part that a box touches, and the part's share of the box.
pub fn for_parts(
    parts: &Grid,
    start: &[usize],
    shape: &[usize],
    mut f: impl FnMut(usize, &[usize], &[usize]),
) {
    if parts.count() == 1 {
        return f(0, start, shape);
    }
    for_cells(parts, start, shape, |part| {
        let (part_start, part_shape) = parts.block(&parts.coords(part));
        let low: Shape = start.iter().zip(&part_start).map(|(a, b)| *a.max(b)).collect();
        let shape: Shape = (0..low.len())
            .map(|k| (start[k] + shape[k]).min(part_start[k] + part_shape[k]) - low[k])
            .collect();
        f(part, &low, &shape);
    });
}

#[cfg(test)]
mod tests {
    use chunkwise_core::{AxisGrid, Grid};

    use super::{for_cells, for_parts};

    fn grid() -> Grid {
        Grid::new([AxisGrid::from_sizes(&[2, 3, 1]), AxisGrid::regular(7, 4)])
    }

    #[test]
    fn cells_of_a_box() {
        let cells = |start: &[usize], shape: &[usize]| {
            let mut cells = Vec::new();
            for_cells(&grid(), start, shape, |cell| cells.push(cell));
            cells
        };
        assert_eq!(cells(&[0, 0], &[6, 7]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(cells(&[1, 3], &[2, 2]), [0, 1, 2, 3]);
        assert_eq!(cells(&[2, 4], &[3, 3]), [3]);
        assert_eq!(cells(&[5, 0], &[1, 4]), [4]);
        assert_eq!(cells(&[0, 0], &[6, 0]), [0; 0]);
        let mut whole = Vec::new();
        for_cells(&Grid::whole(&[]), &[], &[], |cell| whole.push(cell));
        assert_eq!(whole, [0], "an array without axes has one cell");
    }

    #[test]
    fn shares_of_a_box_cover_it_once() {
        let mut covered = 0;
        for_parts(&grid(), &[1, 2], &[4, 5], |part, start, shape| {
            let (first, extent) = grid().block(&grid().coords(part));
            for k in 0..2 {
                assert!(start[k] >= first[k].max([1, 2][k]));
                assert!(start[k] + shape[k] <= (first[k] + extent[k]).min([5, 7][k]));
            }
            covered += shape.iter().product::<usize>();
        });
        assert_eq!(covered, 20);
    }
}
