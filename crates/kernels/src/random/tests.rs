//! The generator: its published core, its words for ever, and what a bit of key or counter does to them.

use rand::RngCore;

use super::{ElementRng, Key};

/// Words found by another implementation, in Python's integers. They must never change.
#[test]
fn words_are_those_of_the_definition() {
    const COUNTERS: [u64; 5] = [0, 1, 2, 1 << 32, u64::MAX];
    #[rustfmt::skip]
    let expected: [(u64, [u64; 5]); 4] = [
        (0, [0x50871891B49F2B70, 0x4F3A25189FA3195D, 0x4D1182C770CE9037, 0x27B2F9CBE16358B6, 0x6FB61099E763FD95]),
        (1, [0x7B43508C9DF2F618, 0x0BF3B508629DF097, 0xB0F167D13F721234, 0x311A4569DD7103FB, 0x5AC12F13614134D5]),
        (42, [0x993CEB4CA63B516E, 0x2CB6379298EB65C8, 0xCAF36730C886257D, 0x6BAD0ACDC115E00C, 0x9A8D3C4D25BFF261]),
        (u64::MAX, [0x851809E24427D399, 0x983A6041AC949A96, 0x733B3D245A34D847, 0x3660E98606B16E73, 0x6E986FC8722F3230]),
    ];
    for (number, words) in expected {
        assert_eq!(COUNTERS.map(|counter| Key::new(number).bits(counter)), words, "key {number}");
    }
    let mut first = ElementRng::new(Key::new(42), 0);
    assert_eq!(
        [(); 3].map(|()| first.next_u64()),
        [0xF62B54322D4A5824, 0x825390B587CFF314, 0x3897CD3B9CAF6E69]
    );
    let mut other = ElementRng::new(Key::new(42), 7);
    assert_eq!(other.next_u32(), 0x25B3EA4A);
    let mut bytes = [0; 12];
    other.fill_bytes(&mut bytes);
    assert_eq!(bytes[..8], 0x64DD_0E95_9665_5188_u64.to_le_bytes());
    assert_eq!(bytes[8..], 0x89134308_u32.to_le_bytes());
}

/// A change of one bit of the counter, of the key or of the draw's number changes every bit of the word in half of
/// all cases.
#[test]
fn every_bit_depends_on_every_other() {
    const CASES: u64 = 20_000;
    let bits = |key: u64, counter: u64| Key::new(key).bits(counter);
    let drawn = |key: u64, counter: u64| ElementRng::new(Key::new(key), counter).next_u64();
    let functions: [&dyn Fn(u64, u64) -> u64; 2] = [&bits, &drawn];
    for word in functions {
        for place in 0..128u32 {
            let mut changed = [0u32; 64];
            for case in 0..CASES {
                // Small numbers, as keys and indices are.
                let (key, counter) = (case / 100, 37 * case);
                let other = if place < 64 {
                    word(key, counter ^ 1 << place)
                } else {
                    word(key ^ 1 << (place - 64), counter)
                };
                let difference = word(key, counter) ^ other;
                for (bit, changed) in changed.iter_mut().enumerate() {
                    *changed += (difference >> bit & 1) as u32;
                }
            }
            let limit = 6.0 * (CASES as f64 / 4.0).sqrt();
            for (bit, &changed) in changed.iter().enumerate() {
                let off = (f64::from(changed) - CASES as f64 / 2.0).abs();
                assert!(off < limit, "bit {place} changes bit {bit} in {changed} of {CASES} cases");
            }
        }
    }
}

/// Words at any distance, and of any two keys, are as far apart as random ones: the number of bits in which they
/// differ has mean 32 and variance 16.
#[test]
fn words_at_any_distance_and_of_neighbouring_keys_are_independent() {
    const PAIRS: u64 = 20_000;
    let check = |what: &str, pair: &dyn Fn(u64) -> (u64, u64)| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for i in 0..PAIRS {
            let (a, b) = pair(i);
            let off = f64::from((a ^ b).count_ones()) - 32.0;
            sum += off;
            squares += off * off;
        }
        let n = PAIRS as f64;
        assert!((sum / n).abs() < 6.0 * 4.0 / n.sqrt(), "{what}: {} bits from half", sum / n);
        // The variance of a square is about 2 * 16^2.
        assert!((squares / n - 16.0).abs() < 6.0 * 22.7 / n.sqrt(), "{what}: variance {}", squares / n);
    };
    let key = Key::new(7);
    for distance in (0..63).map(|k| 1u64 << k).chain([3, 100, 1000, 1_000_003, 5000, 25_000_000]) {
        check(&format!("distance {distance}"), &|i| {
            let at = if distance < 1 << 48 { i * distance } else { i };
            (key.bits(at), key.bits(at + distance))
        });
    }
    for apart in (0..64).map(|k| 1u64 << k) {
        let (a, b) = (Key::new(3), Key::new(3 ^ apart));
        check(&format!("keys that differ by {apart:#x}"), &|i| (a.bits(i), b.bits(i)));
        check(&format!("elements {apart} apart"), &|i| {
            let mut pair = [i, i ^ apart].map(|index| ElementRng::new(key, index));
            (pair[0].next_u64(), pair[1].next_u64())
        });
    }
    check("neighbouring keys", &|i| (Key::new(i).bits(0), Key::new(i + 1).bits(0)));
    check("words of an element", &|i| {
        let mut rng = ElementRng::new(key, i);
        (rng.next_u64(), rng.next_u64())
    });
}
