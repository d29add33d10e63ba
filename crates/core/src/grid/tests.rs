use proptest::prelude::*;

use super::{AxisGrid, Grid};

/// Chunk sizes with empty ones among them, and regular ones.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        proptest::collection::vec(0usize..6, 0..8),
        (1usize..6, 0usize..6, 0usize..6).prop_map(|(size, count, last)| {
            let mut sizes = vec![size; count];
            sizes.push(last.min(size));
            sizes
        }),
    ]
}

/// The same boundaries, never stored as two numbers.
fn explicit(sizes: &[usize]) -> AxisGrid {
    let ends = sizes.iter().scan(0, |end, size| {
        *end += size;
        Some(*end)
    });
    let mut offsets: Vec<usize> = std::iter::once(0).chain(ends).collect();
    if sizes.is_empty() {
        offsets.push(0);
    }
    AxisGrid::Explicit(offsets.into())
}

fn distinct(mut offsets: Vec<usize>) -> Vec<usize> {
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

#[test]
fn regular_chunks_take_two_numbers() {
    for (sizes, len, size) in [(&[4, 4, 4][..], 12, 4), (&[4, 4, 1], 9, 4), (&[7], 7, 7), (&[1, 1], 2, 1)] {
        match AxisGrid::from_sizes(sizes) {
            AxisGrid::Regular { len: l, size: s } => assert_eq!((l, s), (len, size)),
            other => panic!("{sizes:?} became {other:?}"),
        }
    }
    for sizes in [&[4, 5][..], &[4, 3, 4], &[5, 0, 5], &[0, 5], &[5, 0], &[0], &[]] {
        assert!(matches!(AxisGrid::from_sizes(sizes), AxisGrid::Explicit(_)), "{sizes:?}");
    }
}

#[test]
fn equality_is_that_of_the_boundaries() {
    assert_eq!(AxisGrid::regular(10, 4), explicit(&[4, 4, 2]));
    assert_ne!(AxisGrid::regular(10, 4), explicit(&[4, 6]));
    assert_ne!(AxisGrid::regular(10, 4), AxisGrid::regular(10, 5));
    assert_ne!(AxisGrid::regular(10, 4), AxisGrid::regular(9, 4));
    assert_eq!(AxisGrid::regular(10, 10), AxisGrid::regular(10, 99));
    assert_eq!(AxisGrid::whole(0), explicit(&[]));
    assert_eq!(AxisGrid::whole(0), AxisGrid::regular(0, 7));
    assert_ne!(AxisGrid::whole(0), explicit(&[0, 0]));
    assert_ne!(explicit(&[5, 0, 5]), AxisGrid::regular(10, 5));
    assert_eq!(explicit(&[5, 0, 5]), AxisGrid::from_sizes(&[5, 0, 5]));
}

#[test]
fn an_empty_axis_has_one_empty_chunk() {
    for axis in
        [AxisGrid::whole(0), AxisGrid::regular(0, 3), AxisGrid::regular(0, 0), AxisGrid::from_sizes(&[])]
    {
        assert!(axis.is_empty());
        assert_eq!((axis.count(), axis.largest(), axis.bounds(0)), (1, 0, 0..0));
        assert_eq!(axis.offsets(), [0, 0]);
        assert_eq!(axis.strided(0, 1, 0), axis);
        assert_eq!(axis.refine(&AxisGrid::whole(0)), axis);
    }
    let empties = AxisGrid::from_sizes(&[0, 0]);
    assert_eq!((empties.count(), empties.len()), (2, 0));
    assert_eq!(empties.refine(&AxisGrid::from_sizes(&[0, 0, 0])), AxisGrid::whole(0));
}

#[test]
fn positions_are_found_past_empty_chunks() {
    let axis = AxisGrid::from_sizes(&[0, 5, 0, 0, 5, 0]);
    assert_eq!((axis.find(0), axis.find(4), axis.find(5), axis.find(9)), (1, 1, 4, 4));
    assert_eq!(axis.sizes().collect::<Vec<_>>(), [0, 5, 0, 0, 5, 0]);
    assert_eq!(axis.strided(9, -1, 10), AxisGrid::from_sizes(&[5, 5]));
    assert_eq!(axis.strided(0, 1, 10), axis);
}

#[test]
fn a_long_axis_of_small_chunks_stays_two_numbers() {
    let len = 1 << 40;
    let axis = AxisGrid::regular(len, 8);
    for (strided, size) in [
        (axis.strided(len - 1, -1, len), 8),
        (axis.strided(0, 2, len / 2), 4),
        (axis.strided(80, 1, len - 80), 8),
        (axis.strided(len - 1, -8, len / 8), 1),
    ] {
        assert!(matches!(strided, AxisGrid::Regular { size: s, .. } if s == size), "{strided:?}");
    }
    let refined = axis.refine(&AxisGrid::regular(len, 24));
    assert!(matches!(refined, AxisGrid::Regular { size: 8, .. }));
}

#[test]
fn a_step_of_zero_stays_in_one_chunk() {
    assert_eq!(AxisGrid::regular(10, 2).strided(3, 0, 5), AxisGrid::whole(5));
}

proptest! {
    #[test]
    fn chunks_are_those_given(sizes in sizes()) {
        let axis = AxisGrid::from_sizes(&sizes);
        let len: usize = sizes.iter().sum();
        let expected = if sizes.is_empty() { vec![0] } else { sizes.clone() };
        prop_assert_eq!(axis.sizes().collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!((axis.len(), axis.count()), (len, expected.len()));
        prop_assert_eq!(axis.largest(), *expected.iter().max().unwrap());
        prop_assert_eq!(&axis, &explicit(&sizes));
        prop_assert_eq!(&AxisGrid::from_offsets(axis.offsets()), &axis);
        for at in 0..len {
            prop_assert!(axis.bounds(axis.find(at)).contains(&at));
        }
        let bytes = postcard::to_allocvec(&axis).unwrap();
        prop_assert_eq!(postcard::from_bytes::<AxisGrid>(&bytes).unwrap(), axis);
    }

    #[test]
    fn refined_boundaries_are_those_of_both((a, b) in (sizes(), sizes())) {
        let len = a.iter().sum::<usize>().max(b.iter().sum());
        let fill = |mut sizes: Vec<usize>| {
            sizes.push(len - sizes.iter().sum::<usize>());
            sizes
        };
        let (a, b) = (fill(a), fill(b));
        for (a, b) in [(AxisGrid::from_sizes(&a), AxisGrid::from_sizes(&b)), (explicit(&a), explicit(&b))] {
            let refined = a.refine(&b);
            let both = [a.offsets(), b.offsets()].concat();
            prop_assert_eq!(distinct(refined.offsets()), distinct(both));
            prop_assert_eq!(&refined, &b.refine(&a));
            prop_assert_eq!(&a.refine(&a), &a);
            prop_assert_eq!(distinct(refined.refine(&a).offsets()), distinct(refined.offsets()));
        }
    }

    #[test]
    fn strided_chunks_hold_what_falls_into_one(
        sizes in sizes(),
        (from, to) in (0usize..40, 0usize..40),
        width in 1usize..7,
    ) {
        let len: usize = sizes.iter().sum();
        prop_assume!(len > 0);
        let (from, to) = (from % len, to % len);
        let step = if from <= to { width as isize } else { -(width as isize) };
        let count = from.abs_diff(to) / width + 1;
        // The chunk of each position, in order; a chunk of the result ends where it changes.
        let source = |axis: &AxisGrid, i: usize| axis.find((from as isize + step * i as isize) as usize);
        for axis in [AxisGrid::from_sizes(&sizes), explicit(&sizes)] {
            if (from, step, count) == (0, 1, len) {
                continue;
            }
            let changes = (1..count).filter(|&i| source(&axis, i) != source(&axis, i - 1));
            let expected: Vec<usize> = [0].into_iter().chain(changes).chain([count]).collect();
            prop_assert_eq!(axis.strided(from, step, count).offsets(), expected);
        }
    }

    #[test]
    fn chunks_of_a_grid_cover_it_once(axes in proptest::collection::vec(sizes(), 0..4)) {
        let grid = Grid::new(axes.iter().map(|sizes| AxisGrid::from_sizes(sizes)));
        let shape = grid.shape();
        let mut covered = 0;
        for index in 0..grid.count() {
            let coords = grid.coords(index);
            prop_assert_eq!(grid.index(&coords), index);
            let (start, extent) = grid.block(&coords);
            covered += extent.iter().product::<usize>();
            for (k, axis) in grid.axes().iter().enumerate() {
                prop_assert_eq!(start[k]..start[k] + extent[k], axis.bounds(coords[k]));
                prop_assert!(extent[k] <= grid.largest()[k] && start[k] + extent[k] <= shape[k]);
            }
        }
        prop_assert_eq!(covered, shape.iter().product::<usize>());
        prop_assert_eq!(grid.refine(&Grid::whole(&shape)), grid);
    }
}

#[test]
fn a_grid_of_no_axes_has_one_chunk() {
    let grid = Grid::whole(&[]);
    assert_eq!((grid.ndim(), grid.count(), &grid.counts()[..]), (0, 1, &[][..]));
    assert_eq!(grid.coords(0)[..], [0; 0]);
    assert_eq!(grid.index(&[]), 0);
    assert_eq!(grid.block(&[]), Default::default());
    assert_eq!(grid.refine(&grid), grid);
}

#[test]
fn more_chunks_than_can_be_counted() {
    let axis = AxisGrid::regular(1 << 40, 1);
    assert_eq!(Grid::new([axis.clone(), axis]).count(), usize::MAX);
}
