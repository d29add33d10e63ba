//! What a result must not depend on: tiles and instruction sets, and merges with states of no elements.

use chunkwise_core::{DType, dispatch};

use super::definition::{check, groups};
use super::values::{Random, Sample, Special};
use super::{Lie, ReduceOp, Shape, State, cuttings, operations, run};
use crate::Isa;

const SHAPES: [Shape; 4] = [Shape::All, Shape::Columns, Shape::Rows, Shape::None];

/// Calls `test` for every reduction of every type.
macro_rules! everywhere {
    ($test:ident) => {
        for op in operations() {
            for dtype in DType::ALL {
                if op.result(dtype).is_some() {
                    dispatch!(dtype, Element, T => $test::<T>(op));
                }
            }
        }
    };
}

fn same_bits<T: Sample>(op: ReduceOp) {
    for (rows, cols) in [(1000, 3), (100, 20), (9, 200), (4, 515), (2, 2100), (3, 1024)] {
        for shape in SHAPES {
            // Thirds make every rounding show.
            let lie = Lie::new(shape, rows, cols);
            let data = Random(7).data::<T>(rows * cols, Special::None);
            let mut first: Option<Vec<u8>> = None;
            for tile in cuttings(&lie) {
                for isa in Isa::available() {
                    let mut state = State::new(op, T::DTYPE, lie.cells());
                    run(&mut state, &lie, &data, tile, isa);
                    let bytes = state.finish(lie.count()).unwrap();
                    let expected = first.get_or_insert_with(|| bytes.clone());
                    assert!(bytes == *expected, "{} {} {lie:?} in {tile:?} for {isa:?}", op.name(), T::DTYPE);
                }
            }
        }
    }
}

#[test]
fn tiles_and_instruction_sets_leave_no_trace() {
    everywhere!(same_bits);
}

fn rough_bits(op: ReduceOp, special: bool) {
    let mut random = Random(5);
    for (rows, cols) in [(700, 3), (40, 33), (3, 1300)] {
        for shape in SHAPES {
            let lie = Lie::new(shape, rows, cols);
            let data: Vec<f64> = (0..rows * cols)
                .map(|_| match random.below(400) {
                    0 if special => f64::NAN,
                    1 if special => f64::INFINITY,
                    2 => -0.0,
                    3 => 0.0,
                    _ => (random.unit() - 0.5) * 10f64.powi(random.below(20) as i32 - 10),
                })
                .collect();
            let mut first: Option<Result<Vec<u8>, _>> = None;
            for tile in cuttings(&lie) {
                for isa in Isa::available() {
                    let mut state = State::new(op, DType::F64, lie.cells());
                    run(&mut state, &lie, &data, tile, isa);
                    let bytes = state.finish(lie.count());
                    let expected = first.get_or_insert_with(|| bytes.clone());
                    assert!(bytes == *expected, "{} {lie:?} in {tile:?} for {isa:?}", op.name());
                }
            }
        }
    }
}

#[test]
fn nor_do_they_where_every_rounding_shows() {
    for op in operations() {
        rough_bits(op, false);
        rough_bits(op, true);
    }
}

fn merges<T: Sample>(op: ReduceOp) {
    for (shape, rows, cols) in [(Shape::All, 40, 31), (Shape::Columns, 3, 90), (Shape::Rows, 30, 70)] {
        let data = Random(3).data::<T>(rows * cols, Special::Nan);
        let whole = Lie::new(shape, rows, cols);
        // Halves, unequal ones, along the rows or the columns, whichever is reduced.
        let take = |state: &mut State, rows: std::ops::Range<usize>, cols_range: std::ops::Range<usize>| {
            let lie = Lie {
                rows: rows.len(),
                cols: cols_range.len(),
                cell: whole.cell_of(rows.start, cols_range.start),
                base: whole.index_of(rows.start, cols_range.start),
                ..whole
            };
            let part: Vec<T> = rows
                .flat_map(|r| &data[r * cols + cols_range.start..][..cols_range.len()])
                .copied()
                .collect();
            run(state, &lie, &part, (lie.rows, lie.cols), Isa::detect());
        };
        let (mut first, mut second) =
            (State::new(op, T::DTYPE, whole.cells()), State::new(op, T::DTYPE, whole.cells()));
        if shape == Shape::Columns {
            take(&mut first, 0..rows, 0..17);
            take(&mut second, 0..rows, 17..cols);
        } else {
            take(&mut first, 0..23, 0..cols);
            take(&mut second, 23..rows, 0..cols);
        }
        let what = format!("{} {} {shape:?} merged", op.name(), T::DTYPE);
        let groups = groups(&whole, &data, whole.cells());
        // Chunks of lengths (0, 23, 0, rest, 0).
        let empty = State::new(op, T::DTYPE, whole.cells());
        let mut plain = first.clone();
        plain.merge(&second);
        check::<T>(&plain, &groups, whole.count(), &what);
        let mut padded = empty.clone();
        padded.merge(&first);
        padded.merge(&empty);
        padded.merge(&second);
        padded.merge(&empty);
        assert_eq!(
            padded.finish(whole.count()),
            plain.finish(whole.count()),
            "{what}, with states of no elements"
        );
        // Merged states take in more.
        if shape == Shape::Rows {
            let mut state = first.clone();
            let mut middle = State::new(op, T::DTYPE, whole.cells());
            take(&mut middle, 23..25, 0..cols);
            state.merge(&middle);
            take(&mut state, 25..rows, 0..cols);
            check::<T>(&state, &groups, whole.count(), &format!("{what}, then more"));
        }
    }
}

#[test]
fn merged_parts_are_the_whole() {
    everywhere!(merges);
}

#[test]
fn cells_of_one_state_may_have_different_counts() {
    // Two boxes of one unit: the second covers more cells than the first.
    for op in operations() {
        let data = Random(11).data::<f64>(30 * 50, Special::Nan);
        let narrow = Lie::new(Shape::Rows, 20, 25);
        let wide = Lie { base: 20, ..Lie::new(Shape::Rows, 30, 50) };
        let mut state = State::new(op, DType::F64, 50);
        run(&mut state, &narrow, &data[..500], (20, 25), Isa::detect());
        run(&mut state, &wide, &data, (30, 50), Isa::detect());
        let mut all = groups(&narrow, &data[..500], 50);
        for (all, more) in all.iter_mut().zip(groups(&wide, &data, 50)) {
            all.extend(more);
        }
        if op != ReduceOp::Mean {
            check::<f64>(&state, &all, 0, op.name());
        }
    }
}

#[test]
fn arrival_does_not_decide_ties() {
    for op in [ReduceOp::ArgMin, ReduceOp::ArgMax, ReduceOp::NanArgMin, ReduceOp::NanArgMax] {
        for (shape, rows, cols) in [(Shape::All, 20, 30), (Shape::Rows, 20, 30), (Shape::Columns, 2, 300)] {
            for value in [1.0, f64::NEG_INFINITY, f64::INFINITY] {
                let lie = Lie { base: 1000, ..Lie::new(shape, rows, cols) };
                let early = Lie { base: 100, ..lie };
                let data = vec![value; rows * cols];
                let mut state = State::new(op, DType::F64, lie.cells());
                let mut other = state.clone();
                run(&mut state, &lie, &data, (rows, cols), Isa::detect());
                run(&mut other, &early, &data, (rows, cols), Isa::detect());
                let first = other.finish(lie.count()).unwrap();
                other.merge(&state);
                state.merge(&State::new(op, DType::F64, lie.cells()));
                run(&mut state, &early, &data, (rows, cols), Isa::detect());
                assert_eq!(state.finish(lie.count()).unwrap(), first, "{} {shape:?} {value}", op.name());
                assert_eq!(other.finish(lie.count()).unwrap(), first, "{} {shape:?} {value}", op.name());
            }
        }
    }
}
