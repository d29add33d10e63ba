use proptest::prelude::*;
use smallvec::SmallVec;

use super::{AxisMap, View};
use crate::{AxisGrid, Grid, Shape, row_major_strides};

/// One step of a chain of views, made to fit whatever shape it meets.
#[derive(Clone, Debug)]
enum Step {
    /// Start, end and step of each axis.
    Slice(Vec<(usize, usize, usize)>),
    /// Weights that sort the axes.
    Permute(Vec<usize>),
    /// Removes an axis.
    Index(usize, usize),
    /// Adds an axis of length one.
    NewAxis(usize),
    /// Repeats axes of length one, and adds one in front.
    Broadcast(usize, bool),
    /// The diagonal of two axes.
    Diagonal(usize, usize),
}

impl Step {
    fn on(&self, shape: &[usize]) -> View {
        let ndim = shape.len();
        let mut view = View::identity(shape);
        match self {
            Step::Slice(axes) => {
                for (k, &(from, to, width)) in axes.iter().enumerate().take(ndim) {
                    let n = shape[k];
                    let (from, to) = (from % (n + 1), to % (n + 1));
                    let map = &mut view.source[k];
                    if from <= to {
                        // from, from + width, .. before `to`.
                        (map.start, map.step) = (from, width as isize);
                        view.shape[k] = (to - from).div_ceil(width);
                    } else {
                        // from - 1, from - 1 - width, .. not before `to`.
                        (map.start, map.step) = (from - 1, -(width as isize));
                        view.shape[k] = (from - to).div_ceil(width);
                    }
                }
                view
            }
            Step::Permute(weights) => {
                let mut axes: Vec<usize> = (0..ndim).collect();
                axes.sort_by_key(|&k| weights[k % weights.len()].wrapping_mul(k + 1) % 7);
                View::permuted(shape, &axes)
            }
            Step::Index(axis, at) if ndim > 0 && shape[axis % ndim] > 0 => {
                let axis = axis % ndim;
                view.shape.remove(axis);
                for map in &mut view.source {
                    map.axis = map.axis.filter(|&i| i != axis).map(|i| i - usize::from(i > axis));
                }
                view.source[axis].start = at % shape[axis];
                view
            }
            Step::NewAxis(at) if ndim < 6 => {
                let at = at % (ndim + 1);
                view.shape.insert(at, 1);
                for map in &mut view.source {
                    map.axis = map.axis.map(|i| i + usize::from(i >= at));
                }
                view
            }
            &Step::Broadcast(n, front) if ndim < 6 => {
                let mut to: Shape = shape.iter().map(|&k| if k == 1 { n } else { k }).collect();
                if front {
                    to.insert(0, n);
                }
                View::broadcast(shape, &to)
            }
            Step::Diagonal(a, b) if ndim > 1 && a % ndim != b % ndim => {
                let (a, b) = (a % ndim, b % ndim);
                let (keep, drop) = (a.min(b), a.max(b));
                view.shape[keep] = shape[a].min(shape[b]);
                view.shape.remove(drop);
                for map in &mut view.source {
                    map.axis = map.axis.map(|i| if i == drop { keep } else { i - usize::from(i > drop) });
                }
                view
            }
            _ => view,
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => proptest::collection::vec((0usize..9, 0usize..9, 1usize..4), 6).prop_map(Step::Slice),
        2 => proptest::collection::vec(0usize..7, 6).prop_map(Step::Permute),
        1 => (0usize..6, 0usize..6).prop_map(|(axis, at)| Step::Index(axis, at)),
        1 => (0usize..7).prop_map(Step::NewAxis),
        1 => (0usize..4, any::<bool>()).prop_map(|(n, front)| Step::Broadcast(n, front)),
        1 => (0usize..6, 0usize..6).prop_map(|(a, b)| Step::Diagonal(a, b)),
    ];
    proptest::collection::vec(step, 0..6)
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0usize..6, 0..4)
}

fn indices(shape: &[usize]) -> Vec<Shape> {
    let unflat = |mut i: usize| {
        let mut index: Shape = shape.iter().rev().map(|n| (i % n, i /= n).0).collect();
        index.reverse();
        index
    };
    (0..shape.iter().product()).map(unflat).collect()
}

/// The definition of a view.
fn source_index(view: &View, index: &[usize]) -> Shape {
    let at = |m: &AxisMap| (m.start as isize + m.axis.map_or(0, |i| m.step * index[i] as isize)) as usize;
    view.source.iter().map(at).collect()
}

/// The views one after the other.
fn chain(shape: &[usize], steps: &[Step]) -> Vec<View> {
    let mut shape = Shape::from_slice(shape);
    let mut views = Vec::new();
    for step in steps {
        let view = step.on(&shape);
        shape = view.shape.clone();
        views.push(view);
    }
    views
}

fn composed(shape: &[usize], views: &[View]) -> View {
    views.iter().fold(View::identity(shape), |all, view| all.then(view))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_chain_of_views_is_one_view((shape, steps) in (shapes(), steps())) {
        let views = chain(&shape, &steps);
        let all = composed(&shape, &views);
        prop_assert_eq!(all.source.len(), shape.len());
        let strides = row_major_strides(&shape);
        let origin = vec![0; all.shape.len()];
        let (steps, first) = all.strides(&strides, &origin);
        for index in indices(&all.shape) {
            let one_by_one = views.iter().rev().fold(index.clone(), |index, view| source_index(view, &index));
            prop_assert!(one_by_one.iter().zip(&shape).all(|(at, n)| at < n));
            prop_assert_eq!(&source_index(&all, &index), &one_by_one);
            // Memory of the source, by strides from the first element and from any other.
            let flat: isize = one_by_one.iter().zip(&strides).map(|(&i, s)| i as isize * s).sum();
            let offset: isize = index.iter().zip(&steps).map(|(&i, s)| i as isize * s).sum();
            prop_assert_eq!(first + offset, flat);
            prop_assert_eq!(all.strides(&strides, &index).1, flat);
        }
        // Composition is associative, so it does not matter where a pass begins.
        if let Some((head, tail)) = views.split_first() {
            let tail = composed(&head.shape, tail);
            prop_assert_eq!(indices(&all.shape).len(), indices(&tail.shape).len());
            for index in indices(&all.shape) {
                prop_assert_eq!(source_index(&head.then(&tail), &index), source_index(&all, &index));
            }
        }
        let bytes = postcard::to_allocvec(&all).unwrap();
        prop_assert_eq!(postcard::from_bytes::<View>(&bytes).unwrap(), all);
    }

    #[test]
    fn identity_and_repetition((shape, steps) in (shapes(), steps())) {
        let view = composed(&shape, &chain(&shape, &steps));
        let all = indices(&view.shape);
        let read: Vec<Shape> = all.iter().map(|index| source_index(&view, index)).collect();
        prop_assert_eq!(view.is_identity(&shape), view.shape[..] == shape[..] && read == all);
        // A view axis repeats if moving along it alone goes nowhere.
        if !all.is_empty() {
            let stays = (0..view.shape.len()).any(|i| {
                let mut next: Shape = SmallVec::from_elem(0, view.shape.len());
                next[i] = 1;
                view.shape[i] > 1 && source_index(&view, &next) == read[0]
            });
            prop_assert_eq!(view.repeats(), stays);
        }
    }

    #[test]
    fn the_box_of_a_box((shape, steps) in (shapes(), steps()), at in (0usize..9, 0usize..9)) {
        let view = composed(&shape, &chain(&shape, &steps));
        let origin: Shape = view.shape.iter().map(|&n| at.0 % (n + 1)).collect();
        let extent: Shape = view.shape.iter().zip(&origin).map(|(&n, &o)| at.1 % (n - o + 1)).collect();
        let (start, size) = view.source_box(&origin, &extent);
        let read: Vec<Shape> = indices(&extent)
            .into_iter()
            .map(|index| source_index(&view, &index.iter().zip(&origin).map(|(i, o)| i + o).collect::<Shape>()))
            .collect();
        for k in 0..shape.len() {
            let positions = || read.iter().map(|index| index[k]);
            if let (Some(low), Some(high)) = (positions().min(), positions().max()) {
                prop_assert_eq!((start[k], size[k]), (low, high - low + 1));
            }
        }
        // Nothing read is an empty box, unless an axis that moves along nothing reads its one position.
        if read.is_empty() {
            let moved = view.source.iter().zip(&size).filter(|(m, _)| m.axis.is_some_and(|i| extent[i] == 0));
            prop_assert!(moved.into_iter().all(|(_, &n)| n == 0));
        }
    }

    #[test]
    fn a_chunk_reads_one_chunk_of_each_axis(
        (shape, steps) in (shapes(), steps()),
        (size, free_size) in (1usize..4, 1usize..4),
    ) {
        let view = composed(&shape, &chain(&shape, &steps));
        // Chunks of several sizes, with empty ones between them.
        let cut = |n: usize| {
            let mut sizes = vec![size.min(n), 0];
            sizes.push(n - size.min(n));
            AxisGrid::from_sizes(&sizes)
        };
        let source = Grid::new(shape.iter().map(|&n| cut(n)));
        let free = Grid::new(view.shape.iter().map(|&n| AxisGrid::regular(n, free_size)));
        let grid = view.grid(&source, &free);
        prop_assert_eq!(&grid.shape(), &view.shape);
        for (i, axis) in grid.axes().iter().enumerate() {
            if view.drivers(i).next().is_none() {
                prop_assert_eq!(axis, &free.axes()[i]);
                continue;
            }
            // The source chunks at a position of this axis.
            let chunks = |at: usize| -> Vec<usize> {
                let chunk = |(k, m): (usize, AxisMap)| {
                    source.axes()[k].find((m.start as isize + m.step * at as isize) as usize)
                };
                view.drivers(i).map(chunk).collect()
            };
            let offsets = axis.offsets();
            for at in 1..view.shape[i] {
                prop_assert_eq!(chunks(at) != chunks(at - 1), offsets.contains(&at), "axis {} at {}", i, at);
            }
        }
    }
}

#[test]
fn a_step_without_meaning_does_no_harm() {
    // One element of each, with the largest steps there are.
    let one = |step: isize| View {
        shape: Shape::from_slice(&[1]),
        source: [AxisMap { axis: Some(0), start: 0, step }].into_iter().collect(),
    };
    let view = one(isize::MAX).then(&one(isize::MIN)).then(&one(-1));
    assert_eq!(source_index(&View { shape: Shape::new(), ..view.clone() }, &[0])[..], [0]);
    assert_eq!(view.strides(&[isize::MAX], &[0]).1, 0);
    let (start, shape) = view.source_box(&[0], &[1]);
    assert_eq!((&start[..], &shape[..]), (&[0][..], &[1][..]));
    assert!(view.is_identity(&[1]));
}

#[test]
fn views_of_no_axes() {
    let view = View::broadcast(&[], &[2, 3]);
    assert!(view.repeats() && view.source.is_empty());
    assert_eq!(view.strides(&[], &[1, 1]), (SmallVec::from_slice(&[0, 0]), 0));
    assert!(View::identity(&[]).is_identity(&[]));
    let free = Grid::new([AxisGrid::regular(2, 1), AxisGrid::whole(3)]);
    assert_eq!(view.grid(&Grid::whole(&[]), &free), free);
}
