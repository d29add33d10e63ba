//! Methods that are made of several instructions, against what they should give, element by element.

use chunkwise::num_complex::Complex;
use chunkwise::prelude::*;
use ndarray::{Array1, Array2, array};

const VALUES: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    2.5,
    1e-300,
    -1e300,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e16,
];

/// The same number, NaN included, and the same zero.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn check(got: &ChunkedArray1<f64>, expected: impl Fn(f64) -> f64) -> chunkwise::Result<()> {
    for (&x, &y) in VALUES.iter().zip(&got.compute()?) {
        assert!(same(y, expected(x)), "of {x}: got {y}, expected {}", expected(x));
    }
    Ok(())
}

#[test]
fn of_one_operand() -> chunkwise::Result<()> {
    for chunks in [1, 5, 12] {
        let x = ChunkedArray::from_array(Array1::from_iter(VALUES), chunks)?;
        check(&x.signum(), |v| if v.is_nan() { v } else { v.signum() })?;
        check(&x.heaviside(0.5), |v| match v {
            _ if v.is_nan() => v,
            0.0 => 0.5,
            _ => f64::from(v > 0.0),
        })?;
        check(&x.nan_to_num(), |v| if v.is_nan() { 0.0 } else { v.clamp(f64::MIN, f64::MAX) })?;
        check(&x.clamp(-1.0, 2.0)?, |v| v.clamp(-1.0, 2.0))?;
        let (any, all) = compute((x.is_any_nan().value(), x.is_all_nan().value()))?;
        assert_eq!((any, all), (true, false));
        let (any, all) = compute((x.abs().is_any_infinite().value(), x.is_all_infinite().value()))?;
        assert_eq!((any, all), (true, false));
    }
    assert!(ChunkedArray::from_array(array![1.0], Auto)?.clamp(f64::NAN, 1.0).is_err());
    Ok(())
}

#[test]
fn logarithms() -> chunkwise::Result<()> {
    let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
    let x = ChunkedArray::from_array(array![0.5, 3.0, 81.0, 1e10], 3)?;
    for (&v, &got) in x.compute()?.iter().zip(&x.log(3.0).compute()?) {
        assert!(near(got, v.log(3.0)), "log of {v} to base 3: {got}");
    }
    // 2^1000 + 2^1000 is no float.
    let sum = ChunkedArray::from_array(array![1000.0, 3.0, f64::NEG_INFINITY], 2)?
        .logaddexp2(array![1000.0, 3.0, 5.0])?;
    for (&got, expected) in sum.compute()?.iter().zip([1001.0, 4.0, 5.0]) {
        assert!(near(got, expected), "{got} instead of {expected}");
    }
    Ok(())
}

#[test]
fn quotients() -> chunkwise::Result<()> {
    let x = ChunkedArray::from_array(array![-7i32, 7, 5, i32::MIN], 3)?;
    let y = array![2, -2, 0, -1];
    let (quotient, remainder) = x.divmod(&y)?;
    let expected = (array![-4, -4, 0, i32::MIN], array![1, -1, 0, 0]);
    assert_eq!(compute((quotient, remainder))?, expected);
    let ratio = x.true_divide(&y)?.compute()?;
    assert_eq!(ratio, array![-3.5, -3.5, f64::INFINITY, 2_147_483_648.0]);
    Ok(())
}

#[test]
fn nearness() -> chunkwise::Result<()> {
    let x = ChunkedArray::from_array(array![[1.0], [f64::NAN], [f64::INFINITY], [1e10]], (3, 1))?;
    let y = array![1.0 + 1e-6, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.00001e10];
    let near = x.is_close(&y, 1e-5, 1e-8)?.compute()?;
    let expected = Array2::from_shape_fn((4, 5), |(i, j)| matches!((i, j), (0, 0) | (2, 2) | (3, 4)));
    assert_eq!(near, expected);
    Ok(())
}

#[test]
fn complex_numbers() -> chunkwise::Result<()> {
    let (re, im) = (array![3.0f32, -1.0], array![4.0f32, 0.0]);
    let z = ChunkedArray::from_array(re.clone(), 1)?.complex(&im)?;
    assert_eq!(z.compute()?, array![Complex::new(3.0, 4.0), Complex::new(-1.0, 0.0)]);
    assert_eq!(compute((z.re(), z.im(), z.abs()))?, (re, im, array![5.0, 1.0]));
    assert_eq!(z.arg().compute()?[1], std::f32::consts::PI);
    assert_eq!((&z * &z.conj()).re().compute()?, array![25.0, 1.0]);
    assert_eq!((2.0 * &z - 1.0).compute()?, array![Complex::new(5.0, 8.0), Complex::new(-3.0, 0.0)]);
    assert_eq!(z.eq(-1.0)?.compute()?, array![false, true]);
    Ok(())
}

#[test]
fn integers_and_bits() -> chunkwise::Result<()> {
    let x = ChunkedArray::from_array(array![1u8, 0x80, 0xff], 2)?;
    assert_eq!((&x << 1).compute()?, array![2, 0, 0xfe]);
    assert_eq!((&x << 8).compute()?, array![0, 0, 0]);
    assert_eq!((1 << &x).compute()?, array![2, 0, 0]);
    assert_eq!((&x >> 7).compute()?, array![0, 1, 1]);
    assert_eq!((200 - &x).compute()?, array![199, 72, 201]);
    assert_eq!((&x / 0).compute()?, array![0, 0, 0]);
    assert_eq!((!&x ^ 1).compute()?, array![0xff, 0x7e, 1]);
    let negative = ChunkedArray::from_array(array![-1i8, i8::MIN], 1)?;
    assert_eq!((&negative >> 100).compute()?, array![-1, -1]);
    assert_eq!((&negative / -1).compute()?, array![1, i8::MIN]);
    assert_eq!(negative.abs().compute()?, array![1, i8::MIN]);
    assert_eq!(x.gt(1)?.logical_xor(&x.lt(0xff)?)?.compute()?, array![true, false, true]);
    Ok(())
}
