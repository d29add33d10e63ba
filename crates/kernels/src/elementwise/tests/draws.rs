//! Draws against plain definitions, on every instruction set.

use super::*;
use crate::random::Distribution::{self, *};
use crate::random::{Draw, Key, Parameter};

const KEY: u64 = 42;

fn draw<R: Element>(distribution: Distribution) -> Op {
    Op::Draw(Draw { key: KEY, dtype: R::DTYPE, distribution })
}

fn word(index: i64) -> u64 {
    Key::new(KEY).bits(index as u64)
}

/// Indices at both ends of their type and in between.
fn indices() -> Vec<i64> {
    (0..3000).chain([i64::MAX, i64::MIN, -1, 1 << 40]).collect()
}

fn p(value: f64) -> Parameter {
    Parameter::new(value)
}

#[test]
fn uniform_floats_have_all_their_bits() {
    let unit = Uniform { low: p(0.0), high: p(1.0) };
    assert_unary(draw::<f64>(unit), &indices(), |i: i64| (word(i) >> 11) as f64 * 2f64.powi(-53));
    assert_unary(draw::<f32>(unit), &indices(), |i: i64| (word(i) >> 40) as f32 * 2f32.powi(-24));
    let wide = Uniform { low: p(-3.0), high: p(5.0) };
    assert_unary(draw::<f64>(wide), &indices(), |i: i64| (word(i) >> 11) as f64 * 2f64.powi(-50) - 3.0);
}

#[test]
fn floats_stay_below_the_end_of_their_interval() {
    // Half of all numbers would round up to the end.
    let narrow = Uniform { low: p(1.0), high: p(1f64.next_up()) };
    assert_unary(draw::<f64>(narrow), &indices(), |_: i64| 1.0f64);
    let narrow = Uniform { low: p(1.0), high: p(1f32.next_up().into()) };
    assert_unary(draw::<f32>(narrow), &indices(), |_: i64| 1.0f32);
}

macro_rules! integers_of {
    ($($T:ident)*) => {$(
        for (low, high) in
            [(0, 0), (0, 99), (1, 100), ($T::MIN, $T::MAX), ($T::MIN, $T::MAX - 1), ($T::MIN / 2, $T::MAX / 2 + 1)]
        {
            let span = high.wrapping_sub(low) as i128 as u64 & (u64::MAX >> (64 - $T::BITS));
            let other = Key::new(Key::new(KEY).bits(u64::MAX));
            let count = u128::from(span) + 1;
            // The upper part of the product of a random fraction and the number of integers.
            let expected = |i: i64| {
                if count <= 4096 {
                    // Half a word is enough: the last 32 of 64 neighbours have the upper halves.
                    let index = i as u64;
                    let shared = word((index / 64 * 32 + index % 32) as i64);
                    let half = if index % 64 < 32 { shared & u64::from(u32::MAX) } else { shared >> 32 };
                    return low.wrapping_add(((u128::from(half) * count) >> 32) as $T);
                }
                let second = if span >= u64::from(u32::MAX) { other.bits(i as u64) } else { 0 };
                let product = u128::from(word(i)) * count + ((u128::from(second) * count) >> 64);
                low.wrapping_add((product >> 64) as $T)
            };
            assert_unary(draw::<$T>(Integers { low: low as i64, span }), &indices(), expected);
            let drawn: Vec<$T> = results1(draw::<$T>(Integers { low: low as i64, span }), &indices());
            assert!(drawn.iter().all(|x| (low..=high).contains(x)));
        }
    )*};
}

#[test]
fn integers_of_every_type_up_to_their_limits() {
    integers_of!(i8 i16 i32 i64 u8 u16 u32 u64);
}

#[test]
fn truths_have_their_probability() {
    for (probability, expected) in [(0.0, 0.0), (1.0, 1.0), (0.25, 0.25)] {
        let op = draw::<bool>(Bernoulli { probability: p(probability) });
        assert_unary(op.clone(), &indices(), |i: i64| (word(i) >> 11) as f64 * 2f64.powi(-53) < probability);
        let drawn: Vec<bool> = results1(op, &indices());
        let share = drawn.iter().filter(|&&x| x).count() as f64 / drawn.len() as f64;
        assert!((share - expected).abs() < 0.04, "{share} of {probability}");
    }
}

/// The index whose word is `bits`, by the inverse of each step of the generator.
fn index_of(bits: u64) -> i64 {
    // Shifts to the right are undone from the upper bits on.
    let unshift = |y: u64| (0..9).fold(y, |x, _| y ^ (x >> 23) ^ (x >> 51));
    let inverse = |odd: u64| (0..6).fold(odd, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))));
    // A word with some of its rotations: a linear map, whose power 2^6 - 1 undoes it.
    let rotate = |x: u64| x ^ x.rotate_right(25) ^ x.rotate_right(47);
    let unrotate = |y: u64| (0..63).fold(y, |x, _| rotate(x));
    let undo = |x: u64, between: u64, before: u64| {
        let x = unshift(x).wrapping_mul(inverse(0x9E6D_62D0_6F6A_9A9B));
        let x = unshift(x).wrapping_sub(between).wrapping_mul(inverse(0x9E6C_63D0_676A_9A99));
        unrotate(x) ^ before
    };
    // What the key holds shows in the words that it gives.
    let (before, between) = parts(KEY);
    let index = undo(bits, between, before);
    assert_eq!(Key::new(KEY).bits(index), bits);
    index as i64
}

/// The two halves of a key, from its definition.
fn parts(number: u64) -> (u64, u64) {
    let nasam = |before: u64, between: u64| {
        let x = number ^ before;
        let x = x ^ x.rotate_right(25) ^ x.rotate_right(47);
        let x = x.wrapping_mul(0x9E6C_63D0_676A_9A99).wrapping_add(between);
        let x = (x ^ (x >> 23) ^ (x >> 51)).wrapping_mul(0x9E6D_62D0_6F6A_9A9B);
        x ^ (x >> 23) ^ (x >> 51)
    };
    (nasam(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344), nasam(0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89))
}

/// The normal number of a word, and how many words it took: a point of one of 1024 layers of the same area.
fn deviate(mut word: u64) -> (f64, usize) {
    let density = |x: f64| (-x * x / 2.0).exp();
    let (edge, area) = (4.038849846109504, 0.001226324646353088);
    let (mut widths, mut reached) = (vec![area / density(edge), edge], density(edge));
    for _ in 2..1024 {
        reached += area / widths[widths.len() - 1];
        widths.push((-2.0 * reached.ln()).sqrt());
    }
    widths.push(0.0);
    let more = Key::new(word);
    let mut words = (1u64..).map(|i| more.bits(i));
    let mut next = || words.next().unwrap();
    for taken in 1.. {
        let layer = (word % 1024) as usize;
        let x = widths[layer] * ((word >> 12) as f64 * 2f64.powi(-51) - 1.0);
        if x.abs() < widths[layer + 1] {
            return (x, taken);
        }
        if layer == 0 {
            loop {
                let [beyond, chance] =
                    [next(), next()].map(|w| -(((w >> 1) as f64 + 0.5) * 2f64.powi(-63)).ln());
                if 2.0 * chance > (beyond / edge).powi(2) {
                    return ((edge + beyond / edge).copysign(x), taken);
                }
            }
        }
        let (low, high) = (density(widths[layer]), density(widths[layer + 1]));
        if low + (high - low) * ((next() >> 11) as f64 * 2f64.powi(-53)) < density(x) {
            return (x, taken);
        }
        word = next();
    }
    unreachable!()
}

/// Words of all kinds: from both ends of layers, of the lowest and the uppermost layer, and any.
fn words_of_normals() -> Vec<u64> {
    let ends = [0, 1, 1023, u64::MAX, u64::MAX - 1023, 1 << 63, (1 << 63) - 1, 4096, u64::MAX << 12];
    let outer = (0..2000u64).map(|i| (if i % 2 == 0 { 0 } else { u64::MAX << 46 }) | (i << 34) | (i % 1024));
    let tail = (0..2000u64).map(|i| ((word(i as i64) >> 1) | (u64::MAX << 57)) & !1023);
    ends.into_iter().chain(outer).chain(tail).chain((0..2000).map(word)).collect()
}

#[test]
fn normals_are_points_of_layers() {
    let words = words_of_normals();
    let indices: Vec<i64> = words.iter().map(|&bits| index_of(bits)).collect();
    let (expected, taken): (Vec<f64>, Vec<usize>) = words.iter().map(|&bits| deviate(bits)).unzip();
    assert!(taken.iter().filter(|&&taken| taken > 1).count() > 500 && taken.contains(&3), "few are rejected");
    assert!(expected.iter().filter(|x| x.abs() > 4.04).count() > 500, "few lie in the tail");
    let standard = Normal { mean: p(0.0), std: p(1.0) };
    let drawn = results1(draw::<f64>(standard), &indices);
    assert_close("normal", &words, &drawn, &expected, 4e-15);
    let scaled: Vec<f64> = results1(draw::<f64>(Normal { mean: p(1.0), std: p(2.0) }), &indices);
    assert!(scaled.iter().zip(&drawn).all(|(&scaled, deviate)| scaled == 1.0 + 2.0 * deviate));
    let single: Vec<f32> = results1(draw::<f32>(standard), &indices);
    assert!(single.iter().zip(&drawn).all(|(&single, &deviate)| single == deviate as f32));
}

#[test]
fn exponentials_are_logarithms() {
    let scaled = Exponential { scale: p(2.5) };
    let words = [0, 1, 2, 3, 1 << 20, 1 << 53, 1 << 63, u64::MAX - (1 << 11), u64::MAX];
    let indices: Vec<i64> = words.into_iter().map(index_of).chain(0..500).collect();
    let uniform = |i: &i64| ((word(*i) >> 1) as f64 + 0.5) * 2f64.powi(-63);
    let expected: Vec<f64> = indices.iter().map(|i| 2.5 * (0.0 - uniform(i).ln())).collect();
    let drawn = results1(draw::<f64>(scaled), &indices);
    assert_close("exponential", &indices, &drawn, &expected, 4e-16);
    assert!(drawn.iter().all(|x| x.is_sign_positive()) && drawn.contains(&0.0));
}

#[test]
fn all_instruction_sets_give_the_same_bits() {
    let indices: Vec<i64> = (0..20_000).chain(words_of_normals().into_iter().map(index_of)).collect();
    let both = [
        Uniform { low: p(0.1), high: p(0.7) },
        Normal { mean: p(0.3), std: p(1.7) },
        Exponential { scale: p(0.3) },
        Gamma { shape: p(0.3), scale: p(1.7) },
        Beta { alpha: p(0.3), beta: p(1.7) },
        StudentT { freedom: p(3.0) },
    ];
    for distribution in both {
        let expected: Vec<f64> = results1(draw::<f64>(distribution), &indices);
        let singles: Vec<f32> = results1(draw::<f32>(distribution), &indices);
        assert!(expected.iter().all(|x| x.is_finite()));
        for isa in Isa::available() {
            let op = draw::<f64>(distribution);
            let drawn: Vec<f64> = apply(&op, &[operand(&indices)], indices.len(), isa);
            compare(&op, isa, &drawn, &expected, |i| format!("{}", indices[i]));
            let op = draw::<f32>(distribution);
            let drawn: Vec<f32> = apply(&op, &[operand(&indices)], indices.len(), isa);
            compare(&op, isa, &drawn, &singles, |i| format!("{}", indices[i]));
        }
    }
    let counts = [
        Poisson { rate: p(3.0) },
        Poisson { rate: p(0.0) },
        Binomial { trials: 50, probability: p(0.3) },
        Geometric { probability: p(0.3) },
        Permutation { len: 100 },
        Permutation { len: 1 << 20 },
    ];
    for distribution in counts {
        let op = draw::<i64>(distribution);
        let expected: Vec<i64> = results1(op.clone(), &indices);
        for isa in Isa::available() {
            let drawn: Vec<i64> = apply(&op, &[operand(&indices)], indices.len(), isa);
            compare(&op, isa, &drawn, &expected, |i| format!("{}", indices[i]));
        }
    }
}

#[test]
fn what_has_no_distribution_has_no_type_and_no_code() {
    let nan = f64::NAN;
    let (low, high) = (p(1.0), p(1.0));
    let wrong = [
        (DType::F64, Uniform { low, high }),
        (DType::F64, Uniform { low: p(nan), high: p(1.0) }),
        (DType::F64, Uniform { low: p(f64::MIN), high: p(f64::MAX) }),
        (DType::F32, Uniform { low: p(0.5), high: p(0.5f64.next_up()) }),
        (DType::I64, Uniform { low: p(0.0), high: p(1.0) }),
        (DType::I8, Integers { low: 127, span: 1 }),
        (DType::U64, Integers { low: -1, span: 1 }),
        (DType::F64, Integers { low: 0, span: 1 }),
        (DType::Bool, Bernoulli { probability: p(1.5) }),
        (DType::F64, Normal { mean: p(0.0), std: p(-1.0) }),
        (DType::F64, Normal { mean: p(f64::INFINITY), std: p(1.0) }),
        (DType::F64, Exponential { scale: p(0.0) }),
        (DType::F64, Gamma { shape: p(-1.0), scale: p(1.0) }),
        (DType::F64, Beta { alpha: p(1.0), beta: p(nan) }),
        (DType::F64, StudentT { freedom: p(0.0) }),
        (DType::I64, Poisson { rate: p(1e19) }),
        (DType::I32, Poisson { rate: p(1.0) }),
        (DType::I64, Binomial { trials: u64::MAX, probability: p(0.5) }),
        (DType::I64, Binomial { trials: 1, probability: p(-0.5) }),
        (DType::I64, Geometric { probability: p(0.0) }),
        (DType::I64, Permutation { len: 0 }),
    ];
    for (dtype, distribution) in wrong {
        let op = Op::Draw(Draw { key: 1, dtype, distribution });
        assert_eq!(op.result(&[DType::I64]), None, "{distribution:?} of {dtype}");
        assert!(code(&op, &[DType::I64], Isa::Baseline).is_none());
    }
    let right = draw::<u64>(Integers { low: -1, span: 0 });
    assert_eq!(right.result(&[DType::I64]), Some(DType::U64));
    assert_eq!(right.result(&[DType::I32]), None);
}
