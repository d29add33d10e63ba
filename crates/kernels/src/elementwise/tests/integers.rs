//! Integers, against arithmetic in a type in which nothing overflows.

use num_traits::{AsPrimitive, PrimInt};

use super::*;

/// What an instruction gives before it wraps.
fn wide(op: Binary, x: i128, y: i128, bits: u32) -> i128 {
    let floor = || if y > 0 { x.div_euclid(y) } else { (-x).div_euclid(-y) };
    match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x.wrapping_mul(y),
        Binary::Div | Binary::Rem | Binary::FloorDivide | Binary::Remainder if y == 0 => 0,
        Binary::Div => x / y,
        Binary::Rem => x % y,
        Binary::FloorDivide => floor(),
        Binary::Remainder => x - y * floor(),
        Binary::Pow => power(x, y),
        Binary::Maximum => x.max(y),
        Binary::Minimum => x.min(y),
        Binary::BitAnd => x & y,
        Binary::BitOr => x | y,
        Binary::BitXor => x ^ y,
        Binary::Shl if (0..i128::from(bits)).contains(&y) => x << y,
        Binary::Shr if (0..i128::from(bits)).contains(&y) => x >> y,
        Binary::Shl => 0,
        Binary::Shr => -i128::from(x < 0),
        other => unreachable!("{other:?} has no integer result"),
    }
}

fn power(x: i128, y: i128) -> i128 {
    match x {
        1 => 1,
        -1 => 1 - 2 * (y & 1),
        _ if y < 0 => 0,
        0 => i128::from(y == 0),
        _ => (0..y).fold(1, |power, _| power.wrapping_mul(x)),
    }
}

fn truth(op: Binary, x: i128, y: i128) -> bool {
    match op {
        Binary::Eq => x == y,
        Binary::Neq => x != y,
        Binary::Lt => x < y,
        Binary::Le => x <= y,
        Binary::Gt => x > y,
        Binary::Ge => x >= y,
        Binary::LogicalAnd => x != 0 && y != 0,
        Binary::LogicalOr => x != 0 || y != 0,
        Binary::LogicalXor => (x != 0) != (y != 0),
        other => unreachable!("{other:?} has no truth value"),
    }
}

fn edges<T: PrimInt + AsPrimitive<i128>>() -> Vec<T> {
    let (min, max): (i128, i128) = (T::min_value().as_(), T::max_value().as_());
    let bits = i128::from(T::zero().count_zeros());
    let mut edges = vec![min, min + 1, max, max - 1, max / 2, max / 3, -100, -8, -7, -3, -2, -1];
    edges.extend([0, 1, 2, 3, 7, 10, 63, 64, bits - 1, bits, bits + 1, 127]);
    edges.into_iter().filter_map(T::from).collect()
}

/// Checks every binary instruction over every pair of `values`.
fn check_binary<T>(values: &[T])
where
    T: Same + PrimInt + AsPrimitive<i128>,
    i128: AsPrimitive<T>,
{
    let bits = T::zero().count_zeros();
    let (left, right) = pairs(values);
    for &op in Binary::ALL {
        match Op::Binary(op).result(&[T::DTYPE; 2]) {
            // the definition multiplies as often as the exponent says
            Some(_) if op == Binary::Pow => {
                let few = |y: T| if y.as_() > 300 { y & T::from(127).expect("7 bits") } else { y };
                let right: Vec<T> = right.iter().map(|&y| few(y)).collect();
                assert_pairs(Op::Binary(op), &left, &right, |x, y| wide(op, x.as_(), y.as_(), bits).as_());
            }
            Some(dtype) if dtype == T::DTYPE => {
                assert_pairs(Op::Binary(op), &left, &right, |x, y| wide(op, x.as_(), y.as_(), bits).as_());
            }
            Some(_) => {
                assert_pairs(Op::Binary(op), &left, &right, |x, y| truth(op, x.as_(), y.as_()));
            }
            None => {}
        }
    }
}

fn check_unary<T>(values: &[T])
where
    T: Same + PrimInt + AsPrimitive<i128>,
    i128: AsPrimitive<T>,
{
    let check = |op, expected: &dyn Fn(i128) -> i128| {
        assert_unary(op, values, |x: T| expected(x.as_()).as_());
    };
    check(Op::Unary(Unary::Neg), &|x| -x);
    check(Op::Unary(Unary::Abs), &|x| x.abs());
    check(Op::Unary(Unary::Sign), &|x| x.signum());
    check(Op::Unary(Unary::Square), &|x| x.wrapping_mul(x));
    check(Op::Unary(Unary::Recip), &|x| power(x, -1));
    check(Op::Unary(Unary::Not), &|x| !x);
    check(Op::Unary(Unary::Im), &|_| 0);
    for op in [Unary::Floor, Unary::Ceil, Unary::Trunc, Unary::Round, Unary::Rint, Unary::Re, Unary::Conj] {
        check(Op::Unary(op), &|x| x);
    }
    check(Op::Copy, &|x| x);
    for exponent in [-3, -2, -1, 0, 1, 2, 3, 7, 31] {
        check(Op::Powi(exponent), &|x| power(x, i128::from(exponent)));
    }
    assert_unary(Op::Unary(Unary::IsNan), values, |_: T| false);
    assert_unary(Op::Unary(Unary::IsInfinite), values, |_: T| false);
    assert_unary(Op::Unary(Unary::IsFinite), values, |_: T| true);
    assert_unary(
        Op::Unary(Unary::Arg),
        values,
        |x: T| if x < T::zero() { std::f64::consts::PI } else { 0.0 },
    );
    if T::DTYPE.is_signed_integer() {
        assert_unary(Op::Unary(Unary::SignBit), values, |x: T| x < T::zero());
    }
}

fn check_ternary<T>(values: &[T])
where
    T: Same + PrimInt + AsPrimitive<i128>,
    i128: AsPrimitive<T>,
{
    let (a, b) = pairs(values);
    let c: Vec<T> = a.iter().copied().cycle().skip(3).take(a.len()).collect();
    let which: Vec<bool> = (0..a.len()).map(|i| i % 3 == 0).collect();
    let all = [operand(&a), operand(&b), operand(&c)];
    for isa in Isa::available() {
        let clip = apply::<T>(&Op::Ternary(Ternary::Clip), &all, a.len(), isa);
        let mul_add = apply::<T>(&Op::Ternary(Ternary::MulAdd), &all, a.len(), isa);
        let operands = [operand(&which), operand(&a), operand(&b)];
        let select = apply::<T>(&Op::Ternary(Ternary::Select), &operands, a.len(), isa);
        for i in 0..a.len() {
            assert_eq!(clip[i], a[i].max(b[i]).min(c[i]), "clip {:?} {:?} {:?}", a[i], b[i], c[i]);
            let sum: T = (a[i].as_().wrapping_mul(b[i].as_()).wrapping_add(c[i].as_())).as_();
            assert_eq!(mul_add[i], sum, "{:?} * {:?} + {:?}", a[i], b[i], c[i]);
            assert_eq!(select[i], if which[i] { a[i] } else { b[i] });
        }
    }
}

macro_rules! integers {
    ($($name:ident: $T:ty, $values:expr;)*) => {$(
        #[test]
        fn $name() {
            let values: Vec<$T> = $values;
            check_unary(&values);
            check_binary(&values);
            check_ternary(&edges::<$T>());
        }
    )*};
}

integers! {
    every_i8_and_pair_of_them: i8, (i8::MIN..=i8::MAX).collect();
    every_u8_and_pair_of_them: u8, (u8::MIN..=u8::MAX).collect();
    i16_edges: i16, edges();
    i32_edges: i32, edges();
    i64_edges: i64, edges();
    u16_edges: u16, edges();
    u32_edges: u32, edges();
    u64_edges: u64, edges();
}

/// Quotients computed in floats, where whole numbers are closest to being missed: `k * y` and its neighbours.
#[test]
fn quotients_are_exact_next_to_whole_numbers() {
    let divisors =
        [1_u32, 2, 3, 7, 255, 641, 65_535, 65_537, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX];
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for y in divisors {
        for quotient in [1, 2, 3, 1000, u32::MAX / y / 2, u32::MAX / y] {
            for x in [-1_i64, 0, 1].map(|near| i64::from(quotient) * i64::from(y) + near) {
                if let Ok(x) = u32::try_from(x) {
                    left.push(x);
                    right.push(y);
                }
            }
        }
    }
    assert_pairs(Op::Binary(Binary::Div), &left, &right, |x, y| x / y);
    assert_pairs(Op::Binary(Binary::Rem), &left, &right, |x, y| x % y);
    let signed = |values: &[u32]| values.iter().map(|&x| x as i32).collect::<Vec<_>>();
    assert_pairs(Op::Binary(Binary::Div), &signed(&left), &signed(&right), |x, y| x.wrapping_div(y));
}

#[test]
fn sixteen_bit_quotients_are_exact() {
    let dividends: Vec<u16> = (0..=u16::MAX).collect();
    for y in [1, 2, 3, 5, 7, 255, 256, 257, 10_007, 32_767, 32_768, 65_535] {
        let divisors = vec![y; dividends.len()];
        assert_pairs(Op::Binary(Binary::Div), &dividends, &divisors, |x, y| x / y);
    }
}

#[test]
fn powers_with_enormous_exponents() {
    let left = [0_u64, 1, 2, 3, u64::MAX, u64::MAX];
    let right = [u64::MAX, u64::MAX, u64::MAX, 1 << 63, u64::MAX, u64::MAX - 1];
    // the order of 3 modulo 2^64 is 2^62
    let expected = [0, 1, 0, 1, u64::MAX, 1];
    assert_eq!(results2::<u64, u64>(Op::Binary(Binary::Pow), &left, &right), expected);
    let minimum = [i64::MIN; 4];
    assert_eq!(
        results2::<i64, i64>(Op::Binary(Binary::Pow), &[1, -1, 0, 2], &minimum),
        [1, 1, 0, 0],
        "to the power of i64::MIN"
    );
}

#[test]
fn bools() {
    let values = [false, true];
    for op in [Binary::BitAnd, Binary::LogicalAnd, Binary::Minimum] {
        assert_binary(Op::Binary(op), &values, |x, y| x && y);
    }
    for op in [Binary::BitOr, Binary::LogicalOr, Binary::Maximum] {
        assert_binary(Op::Binary(op), &values, |x, y| x || y);
    }
    for op in [Binary::BitXor, Binary::LogicalXor, Binary::Neq] {
        assert_binary(Op::Binary(op), &values, |x, y| x != y);
    }
    assert_binary(Op::Binary(Binary::Eq), &values, |x, y| x == y);
    assert_binary(Op::Binary(Binary::Lt), &values, |x: bool, y| !x && y);
    assert_binary(Op::Binary(Binary::Le), &values, |x: bool, y| !x || y);
    assert_binary(Op::Binary(Binary::Gt), &values, |x, y: bool| x && !y);
    assert_binary(Op::Binary(Binary::Ge), &values, |x, y: bool| x || !y);
    assert_unary(Op::Unary(Unary::Not), &values, |x: bool| !x);
    assert_unary(Op::Copy, &values, |x: bool| x);
    assert_unary(Op::Unary(Unary::IsFinite), &values, |_: bool| true);
    assert_unary(Op::Unary(Unary::IsNan), &values, |_: bool| false);
}
