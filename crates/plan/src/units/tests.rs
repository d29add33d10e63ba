use chunkwise_core::Strides;

use super::*;

const LIGHT: Granularity = Granularity::Cost(4);

fn largest(grid: &Grid) -> usize {
    grid.largest().iter().product()
}

fn regular(shape: &[usize], chunk: &[usize]) -> Grid {
    Grid::new(shape.iter().zip(chunk).map(|(&len, &size)| AxisGrid::regular(len, size)))
}

#[test]
fn tiny_chunks_are_merged() {
    let units = unit_grid(&regular(&[1_000_000], &[1]), LIGHT);
    assert!((4..=32).contains(&units.count()), "{units:?}");
    let units = unit_grid(&regular(&[1000, 1000], &[10, 10]), LIGHT);
    assert!((4..=32).contains(&units.count()), "{units:?}");
    // Whole chunks only, and along the last axis first.
    assert!(units.axes()[0].offsets().iter().all(|at| at % 10 == 0), "{units:?}");
    assert_eq!(units.axes()[1].count(), 1, "{units:?}");
}

#[test]
fn large_chunks_are_cut() {
    let units = unit_grid(&Grid::whole(&[5000, 5000]), LIGHT);
    assert!(units.count() > 64 && largest(&units) <= 3 << 17, "{units:?}");
    assert_eq!(units.axes()[1].count(), 1, "along the first axis");
    let sizes: Vec<usize> = units.axes()[0].sizes().collect();
    let (last, others) = sizes.split_last().unwrap();
    assert!(others.iter().all(|n| *n == sizes[0]) && *last <= sizes[0], "equal parts: {sizes:?}");
}

#[test]
fn chunks_of_the_right_size_are_left_alone() {
    let chunks = regular(&[4000, 4000], &[400, 500]);
    assert_eq!(unit_grid(&chunks, LIGHT), chunks);
}

#[test]
fn a_small_array_is_one_unit() {
    for shape in [&[][..], &[1], &[100, 100], &[0], &[5, 0, 7]] {
        let units = unit_grid(&regular(shape, &vec![1; shape.len()]), LIGHT);
        assert_eq!((units.count(), &units.shape()[..]), (1, shape));
    }
}

#[test]
fn costly_elements_make_smaller_units() {
    let chunks = Grid::whole(&[1 << 20]);
    assert!(unit_grid(&chunks, Granularity::Cost(500)).count() > unit_grid(&chunks, LIGHT).count());
}

/// Whether every boundary of the units is one of the chunks, or cuts a chunk that is too long.
fn respects(units: &AxisGrid, chunks: &AxisGrid, extent: usize) -> bool {
    units.offsets().windows(2).all(|unit| {
        (unit[0]..unit[1]).all(|at| chunks.find(at) == chunks.find(unit[0])) || unit[1] - unit[0] <= extent
    })
}

#[test]
fn units_of_any_chunks_are_neither_large_nor_many() {
    let mut state = 1u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        (state >> 33) as usize % n
    };
    for case in 0..300 {
        let axes: Vec<AxisGrid> = (0..1 + below(3))
            .map(|_| match below(3) {
                0 => AxisGrid::regular(1 + below(60), 1 + below(20)),
                1 => AxisGrid::whole(1 + below(60)),
                _ => AxisGrid::from_sizes(
                    &(0..1 + below(10)).map(|i| below(9) + usize::from(i == 0)).collect::<Vec<_>>(),
                ),
            })
            .collect();
        let chunks = Grid::new(axes);
        let target = 1 + below(200);
        let units = unit_grid(&chunks, Granularity::Elements(target));
        assert_eq!(units.shape(), chunks.shape());
        assert!(largest(&units) <= target + target / 2 + 1, "case {case}: {target} elements, {units:?}");
        let len: usize = chunks.shape().iter().product();
        // Each axis leaves a unit half full at worst, and uneven chunks do not merge to full units.
        let most = chunks.axes().iter().fold(8 * (len / target + 1), |n, axis| n * axis.count().min(3));
        assert!(units.count() <= most, "case {case}: {} units of {len} elements: {target}", units.count());
        for (unit, chunk) in units.axes().iter().zip(chunks.axes()) {
            let extent = unit.largest();
            assert!(respects(unit, chunk, extent), "case {case}: {unit:?} of {chunk:?}");
        }
        assert_eq!(unit_grid(&chunks, Granularity::Elements(target)), units, "the same every time");
    }
}

/// An axis that nobody could compute must not keep the planner busy before it finds out.
#[test]
fn more_chunks_than_can_be_numbered() {
    let axis = AxisGrid::regular(1 << 60, 3 << 19);
    let units = unit_grid(&Grid::new([axis]), LIGHT);
    assert!(units.count() > u32::MAX as usize);
}

fn strided(shape: &[usize], operands: &[&[isize]], target: usize) -> Vec<usize> {
    let operands: Vec<Strides> = operands.iter().map(|strides| (*strides).into()).collect();
    let units = strided_unit_grid(shape, &operands, Granularity::Elements(target));
    assert_eq!(units.shape()[..], *shape);
    units.largest().to_vec()
}

#[test]
fn units_of_memory_are_ranges_of_its_order() {
    assert_eq!(strided(&[1000, 1000], &[&[1000, 1]], 10_000), [10, 1000]);
    assert_eq!(strided(&[1000, 1000], &[&[1, 1000]], 10_000), [1000, 10], "columns of Fortran order");
    assert_eq!(strided(&[10, 1_000_000], &[&[1_000_000, 1]], 10_000), [1, 10_000]);
    assert_eq!(strided(&[4, 30, 20], &[&[600, 20, 1], &[0, 0, 1]], 100), [1, 5, 20], "repeats have no say");
    assert_eq!(strided(&[100, 100], &[], 1000), [10, 100], "generated: row-major");
    assert_eq!(strided(&[100, 100], &[&[-100, -1]], 1000), [10, 100], "in either direction");
    assert_eq!(strided(&[100, 100], &[&[100, 1]], 20_000), [100, 100], "small enough for one");
    assert_eq!(strided(&[0, 100], &[&[100, 1]], 10), [0, 100]);
}

#[test]
fn units_of_operands_that_disagree_are_long_along_both() {
    assert_eq!(strided(&[1000, 1000], &[&[1000, 1], &[1, 1000]], 10_000), [100, 100]);
    assert_eq!(
        strided(&[3, 1000, 1000], &[&[1_000_000, 1000, 1], &[1_000_000, 1, 1000]], 10_000),
        [1, 100, 100]
    );
    // What a short axis leaves goes to the other one.
    assert_eq!(strided(&[4, 100_000], &[&[100_000, 1], &[1, 4]], 10_000), [4, 2500]);
}
