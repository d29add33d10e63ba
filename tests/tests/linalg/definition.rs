//! Contractions of any rank under every setting of the engine.

use chunkwise_core::DType;
use chunkwise_expr::{Contraction, Expr};
use chunkwise_tests::{Order, Rng, Setting, Tolerance, Values, chunkings, evaluate};

use crate::support::{contracted, values};

fn check(axes: Contraction, left: &Values, right: &Values, seed: u64, setting: Setting) {
    let expected = contracted(axes, left, right);
    let mut rng = Rng::new(seed);
    let lazy = |values: &Values, rng: &mut Rng| {
        let chunks = rng.pick(&chunkings(&values.shape, seed)).clone();
        let order = *rng.pick(&Order::ALL);
        (values.expr(&chunks, order), chunks, order)
    };
    let ((a, a_chunks, a_order), (b, b_chunks, b_order)) = (lazy(left, &mut rng), lazy(right, &mut rng));
    let product = Expr::contract("product", axes, &a, &b).unwrap();
    let got = evaluate(&[product], setting).unwrap().remove(0);
    assert_eq!((got.dtype, &got.shape), (expected.dtype, &expected.shape));
    // Zeros may have either sign.
    let pairs = &mut got.elements.iter().zip(&expected.elements);
    let wrong = pairs.position(|(&g, &e)| !Tolerance::Value.accepts(g, e));
    assert!(
        wrong.is_none(),
        "{} {axes:?} {:?} {a_chunks:?} {a_order:?} by {:?} {b_chunks:?} {b_order:?} {setting:?}: {wrong:?}\n{:?}\n{:?}",
        left.dtype,
        left.shape,
        right.shape,
        got.elements,
        expected.elements,
    );
}

/// Shapes of both operands with these lengths of batch, rows, summed and columns.
fn shapes(lengths: [&[usize]; 4]) -> (Contraction, Vec<usize>, Vec<usize>) {
    let [batch, rows, summed, cols] = lengths;
    let axes = Contraction { batch: batch.len(), rows: rows.len(), summed: summed.len(), cols: cols.len() };
    (axes, [batch, rows, summed].concat(), [batch, summed, cols].concat())
}

#[test]
fn every_type_in_any_chunks_and_memory_order() {
    let kinds: [[&[usize]; 4]; 9] = [
        [&[], &[7], &[9], &[5]],
        [&[], &[], &[11], &[]],
        [&[], &[6], &[10], &[]],
        [&[], &[], &[10], &[6]],
        [&[3], &[4], &[5], &[6]],
        [&[2, 2], &[3], &[4], &[]],
        [&[], &[2, 3], &[3, 2], &[2, 4]],
        [&[2], &[1, 5], &[2, 1, 3], &[3, 1]],
        [&[], &[3], &[], &[4]],
    ];
    let mut seed = 0;
    for dtype in DType::ALL {
        for lengths in kinds {
            let (axes, left, right) = shapes(lengths);
            for setting in Setting::all() {
                seed += 1;
                let mut rng = Rng::new(seed);
                let (a, b) = (values(dtype, &left, &mut rng), values(dtype, &right, &mut rng));
                check(axes, &a, &b, seed, setting);
            }
        }
    }
}

#[test]
fn no_rows_no_columns_and_nothing_to_sum() {
    let mut seed = 1000;
    let kinds: [[&[usize]; 4]; 6] = [
        [&[], &[0], &[3], &[4]],
        [&[], &[4], &[0], &[3]],
        [&[], &[4], &[3], &[0]],
        [&[], &[], &[0], &[]],
        [&[0], &[2], &[3], &[2]],
        [&[2], &[2, 2], &[3, 0], &[2]],
    ];
    for lengths in kinds {
        let (axes, left, right) = shapes(lengths);
        for dtype in [DType::F64, DType::I8, DType::Bool] {
            for setting in Setting::all() {
                seed += 1;
                let mut rng = Rng::new(seed);
                let (a, b) = (values(dtype, &left, &mut rng), values(dtype, &right, &mut rng));
                check(axes, &a, &b, seed, setting);
            }
        }
    }
}

#[test]
fn shapes_that_cut_every_loop() {
    let mut seed = 2000;
    let kinds: [[&[usize]; 4]; 5] = [
        [&[], &[67], &[300], &[70]],
        [&[], &[1], &[700], &[40]],
        [&[], &[130], &[520], &[3]],
        [&[3], &[20], &[65], &[33]],
        [&[], &[5, 9], &[6, 50], &[40]],
    ];
    for dtype in [DType::F32, DType::F64, DType::C64, DType::I16, DType::U8, DType::Bool] {
        for lengths in kinds {
            let (axes, left, right) = shapes(lengths);
            for unit in [None, Some(900), Some(5000)] {
                seed += 1;
                let mut rng = Rng::new(seed);
                let (a, b) = (values(dtype, &left, &mut rng), values(dtype, &right, &mut rng));
                check(axes, &a, &b, seed, Setting { unit, ..Setting::usual() });
            }
        }
    }
}

#[test]
fn small_results_of_long_sums_are_added_from_parts() {
    let (axes, left, right) = shapes([&[], &[2], &[300_000], &[3]]);
    for (seed, dtype) in
        (3000..).zip([DType::I8, DType::U16, DType::I64, DType::Bool, DType::F64, DType::C64])
    {
        let mut rng = Rng::new(seed);
        let (a, b) = (values(dtype, &left, &mut rng), values(dtype, &right, &mut rng));
        check(axes, &a, &b, seed, Setting::usual());
    }
}
