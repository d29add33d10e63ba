//! Scans against their definition: types, shapes, memory orders, boxes in turn, parts merged.

use chunkwise_core::{Complex, DType, Element, Strides, row_major_strides};

use super::{Operand, Scan, ScanBox, ScanOp, States};
use crate::Isa;

/// A scan of row-major elements in one box, or in boxes of `step` along the axis that are passed the states on.
fn scanned<T: Element>(op: ScanOp, x: &[T], shape: &[usize], axis: usize, step: usize, isa: Isa) -> Vec<T> {
    let scan = Scan::new(op, T::DTYPE, isa).unwrap();
    let strides = row_major_strides(shape);
    let mut kept = shape.to_vec();
    kept[axis] = 1;
    let lanes = kept.iter().product();
    let lane_strides = row_major_strides(&kept);
    let mut states = vec![0u64; scan.state_bytes(lanes).div_ceil(8)];
    let mut y = x.to_vec();
    // SAFETY: boxes lie within the array, in place; the states are of its lanes.
    unsafe { scan.init(states.as_mut_ptr().cast(), lanes) };
    for begin in (0..shape[axis]).step_by(step) {
        let mut shape = shape.to_vec();
        shape[axis] = step.min(shape[axis] - begin);
        let ptr = y.as_mut_ptr().wrapping_add(begin * strides[axis] as usize).cast::<u8>();
        let part = ScanBox {
            shape: &shape,
            axis,
            from: Operand { ptr: ptr.cast_const(), strides: &strides },
            to: Some(Operand { ptr, strides: &strides }),
            states: States {
                ptr: states.as_mut_ptr().cast(),
                count: lanes,
                first: 0,
                strides: &lane_strides,
            },
        };
        // SAFETY: as above.
        unsafe { scan.run(&part) };
    }
    y
}

/// Position by position.
fn defined<T: Copy>(x: &[T], shape: &[usize], axis: usize, combine: impl Fn(T, T) -> T) -> Vec<T> {
    let step: usize = shape[axis + 1..].iter().product();
    let mut y = x.to_vec();
    for i in 0..x.len() {
        let along = (i / step) % shape[axis];
        if along > 0 {
            y[i] = combine(y[i - step], x[i]);
        }
    }
    y
}

const SHAPES: [&[usize]; 12] = [
    &[0],
    &[1],
    &[100],
    &[7, 1],
    &[1, 9],
    &[13, 3],
    &[5, 37],
    &[37, 5],
    &[4, 5, 6],
    &[2, 3, 4, 5],
    &[3, 0, 2],
    &[9, 1, 11],
];

fn each(mut f: impl FnMut(&[usize], usize, usize, Isa)) {
    for isa in Isa::available() {
        for shape in SHAPES {
            for axis in 0..shape.len() {
                for step in [1, 4, 11, 1000] {
                    f(shape, axis, step, isa);
                }
            }
        }
    }
}

#[test]
fn states_are_as_large_as_planned() {
    for op in [ScanOp::Sum, ScanOp::Prod] {
        for dtype in DType::ALL {
            let scan = Scan::new(op, dtype, Isa::Baseline);
            assert_eq!(scan.is_some(), op.is_defined(dtype));
            if let Some(scan) = scan {
                assert_eq!(scan.state_bytes(3), op.state_bytes(dtype, 3), "{op:?} {dtype}");
            }
        }
    }
}

#[test]
fn integers_wrap() {
    each(|shape, axis, step, isa| {
        let len = shape.iter().product::<usize>() as i64;
        let x: Vec<i64> = (0..len).map(|i| (i % 7 - 3).wrapping_mul(i64::MAX / 3)).collect();
        let sums = scanned(ScanOp::Sum, &x, shape, axis, step, isa);
        assert_eq!(sums, defined(&x, shape, axis, i64::wrapping_add), "{shape:?} {axis} {step} {isa:?}");
        let products = scanned(ScanOp::Prod, &x, shape, axis, step, isa);
        assert_eq!(products, defined(&x, shape, axis, i64::wrapping_mul), "{shape:?} {axis} {step} {isa:?}");
        let x: Vec<u64> = x.iter().map(|&x| x as u64).collect();
        let sums = scanned(ScanOp::Sum, &x, shape, axis, step, isa);
        assert_eq!(sums, defined(&x, shape, axis, u64::wrapping_add));
    });
}

#[test]
fn floats_and_complex_numbers() {
    each(|shape, axis, step, isa| {
        let len = shape.iter().product::<usize>();
        // Sums and products that are exact.
        let whole: Vec<f64> = (0..len).map(|i| (i * 7 % 11) as f64 - 5.0).collect();
        let powers: Vec<f64> = (0..len).map(|i| [0.5, -2.0, 1.0, -1.0, 2.0, 0.5][i % 6]).collect();
        let what = format!("{shape:?} {axis} {step} {isa:?}");
        let sums = scanned(ScanOp::Sum, &whole, shape, axis, step, isa);
        assert_eq!(sums, defined(&whole, shape, axis, |a, b| a + b), "{what}");
        let products = scanned(ScanOp::Prod, &powers, shape, axis, step, isa);
        assert_eq!(products, defined(&powers, shape, axis, |a, b| a * b), "{what}");
        let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let sums = scanned(ScanOp::Sum, &narrow(&whole), shape, axis, step, isa);
        assert_eq!(sums, defined(&narrow(&whole), shape, axis, |a, b| a + b), "{what}");
        let products = scanned(ScanOp::Prod, &narrow(&powers), shape, axis, step, isa);
        assert_eq!(products, defined(&narrow(&powers), shape, axis, |a, b| a * b), "{what}");
        let complex: Vec<Complex<f64>> =
            whole.iter().zip(&powers).map(|(&re, &im)| Complex::new(re, im)).collect();
        let turns: Vec<Complex<f64>> = (0..len).map(|i| Complex::i().powi((i % 4) as i32) * 2.0).collect();
        let sums = scanned(ScanOp::Sum, &complex, shape, axis, step, isa);
        assert_eq!(sums, defined(&complex, shape, axis, |a, b| a + b), "{what}");
        let products = scanned(ScanOp::Prod, &turns, shape, axis, step, isa);
        assert_eq!(products, defined(&turns, shape, axis, |a, b| a * b), "{what}");
        let narrow = |x: &[Complex<f64>]| -> Vec<Complex<f32>> {
            x.iter().map(|x| Complex::new(x.re as f32, x.im as f32)).collect()
        };
        let sums = scanned(ScanOp::Sum, &narrow(&complex), shape, axis, step, isa);
        assert_eq!(sums, defined(&narrow(&complex), shape, axis, |a, b| a + b), "{what}");
        let products = scanned(ScanOp::Prod, &narrow(&turns), shape, axis, step, isa);
        assert_eq!(products, defined(&narrow(&turns), shape, axis, |a, b| a * b), "{what}");
    });
}

#[test]
fn sums_are_as_exact_as_their_last_digit() {
    let x: Vec<f64> = (0..10_000).map(|i| 1.0 / f64::from(i + 1)).collect();
    // In units of 2^-80, which hold every digit.
    let exact = x.iter().scan(0i128, |sum, &x| {
        let (mantissa, exponent) =
            (x.to_bits() & ((1 << 52) - 1) | 1 << 52, (x.to_bits() >> 52) as i32 - 1075);
        *sum += i128::from(mantissa) << (80 + exponent);
        Some(*sum as f64 / 2f64.powi(80))
    });
    let exact: Vec<f64> = exact.collect();
    for isa in Isa::available() {
        for (shape, axis) in [(&[10_000][..], 0), (&[10_000, 1], 0), (&[1, 10_000], 1)] {
            let sums = scanned(ScanOp::Sum, &x, shape, axis, 1000, isa);
            for (i, (&sum, &exact)) in sums.iter().zip(&exact).enumerate() {
                assert!((sum - exact).abs() <= exact * f64::EPSILON, "{i}: {sum:e}, not {exact:e}");
            }
            let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let sums = scanned(ScanOp::Sum, &narrow, shape, axis, 1000, isa);
            assert!((f64::from(sums[9999]) - exact[9999]).abs() < 1e-6);
        }
    }
}

#[test]
fn what_is_infinite_or_no_number_stays_so() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for isa in Isa::available() {
        for shape in [&[5, 1][..], &[5]] {
            let x = [1.0, inf, 1.0, -inf, 1.0];
            let y = scanned(ScanOp::Sum, &x, shape, 0, 1000, isa);
            assert_eq!(format!("{y:?}"), "[1.0, inf, inf, NaN, NaN]");
            let y = scanned(ScanOp::Sum, &[1.0, nan, 1.0, 1.0, 1.0], shape, 0, 1000, isa);
            assert_eq!(format!("{y:?}"), "[1.0, NaN, NaN, NaN, NaN]");
            let y = scanned(ScanOp::Sum, &[1e308, 1e308, 1.0, -inf, 1.0], shape, 0, 1000, isa);
            assert_eq!(format!("{y:?}"), "[1e308, inf, inf, NaN, NaN]");
            let y = scanned(ScanOp::Prod, &[0.0, 1e300, 1e300, 1e300, inf], shape, 0, 1000, isa);
            assert_eq!(format!("{y:?}"), "[0.0, 0.0, 0.0, 0.0, NaN]");
        }
    }
}

#[test]
fn parts_taken_apart_are_merged() {
    for isa in Isa::available() {
        for dtype in [DType::I64, DType::F32, DType::F64, DType::C32, DType::C64] {
            let scan = Scan::new(ScanOp::Sum, dtype, isa).unwrap();
            let strides: Strides = row_major_strides(&[6, 10]);
            // Bits that are small numbers of every type.
            let x = vec![0u64; 6 * 10 * 2];
            let mut states = [vec![1u64; 40], vec![1u64; 40], vec![1u64; 40]].map(|mut state| {
                // SAFETY: ten states of at most 32 bytes.
                unsafe { scan.init(state.as_mut_ptr().cast(), 10) };
                state
            });
            let part = |states: &mut Vec<u64>, rows: usize, from: usize| {
                let lanes: Strides = row_major_strides(&[1, 10]);
                let part = ScanBox {
                    shape: &[rows, 10],
                    axis: 0,
                    from: Operand {
                        ptr: x.as_ptr().cast::<u8>().wrapping_add(from * 10 * dtype.size()),
                        strides: &strides,
                    },
                    to: None,
                    states: States { ptr: states.as_mut_ptr().cast(), count: 10, first: 0, strides: &lanes },
                };
                // SAFETY: rows of the array; ten states.
                unsafe { scan.run(&part) };
            };
            part(&mut states[0], 6, 0);
            part(&mut states[1], 4, 0);
            part(&mut states[2], 2, 4);
            let [whole, mut first, second] = states;
            // SAFETY: ten states each.
            unsafe { scan.merge(first.as_mut_ptr().cast(), second.as_ptr().cast(), 10) };
            assert_eq!(first, whole, "{dtype}");
        }
    }
}

#[test]
fn results_go_elsewhere_and_elements_come_in_any_order() {
    let x: Vec<f64> = (0..60).map(f64::from).collect();
    for isa in Isa::available() {
        let scan = Scan::new(ScanOp::Sum, DType::F64, isa).unwrap();
        for axis in [0, 1] {
            // The transpose of an array of shape (10, 6).
            let from = Operand { ptr: x.as_ptr().cast(), strides: &[1, 6] };
            assert!(!Scan::reads_well(&[6, 10], from.strides));
            let (mut y, mut states) = (vec![0.0; 60], vec![0u64; 20]);
            let lanes: &[isize] = if axis == 0 { &[0, 1] } else { &[1, 0] };
            let count = [10, 6][axis];
            // SAFETY: all elements lie within the arrays; the states are of the lanes.
            unsafe {
                scan.init(states.as_mut_ptr().cast(), count);
                scan.run(&ScanBox {
                    shape: &[6, 10],
                    axis,
                    from,
                    to: Some(Operand { ptr: y.as_mut_ptr().cast(), strides: &[10, 1] }),
                    states: States { ptr: states.as_mut_ptr().cast(), count, first: 0, strides: lanes },
                });
            }
            let transposed: Vec<f64> = (0..60).map(|i| x[i % 10 * 6 + i / 10]).collect();
            assert_eq!(y, defined(&transposed, &[6, 10], axis, |a, b| a + b));
        }
    }
}
