//! Values worth trying, the same in every run.

use chunkwise_core::{Complex, DType, Scalar, dispatch};

/// A small generator of random numbers (SplitMix64), seeded, so that a failure repeats.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The generator of this seed.
    pub fn new(seed: u64) -> Self {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number less than `n`, which is not zero.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A number within [-1, 1).
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// The values of a type at which operations tend to go wrong: zeros of both signs, halves, the ends of the range,
/// shift widths, infinities, NaN.
pub fn edges(dtype: DType) -> Vec<Scalar> {
    if dtype.is_bool() {
        return vec![Scalar::new(false), Scalar::new(true)];
    }
    if dtype.is_integer() {
        let width = 8 * dtype.size() as i128;
        let values = [0, 1, 2, 3, 7, 10, width - 1, width, 100, -1, -2, -3, -7, -100];
        return dispatch!(dtype, Integer, T => {
            let ends = [T::MIN, T::MIN + 1, T::MAX - 1, T::MAX, T::MAX / 2];
            values.iter().map(|&v| Scalar::new(v as T)).chain(ends.map(Scalar::new)).collect()
        }, else unreachable!("an integer"));
    }
    if dtype.is_float() {
        return dispatch!(dtype, Real, T => {
            let values = [
                0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, -7.25, 10.0, 100.125, 0.1, -0.3, 1e-3, 0.999,
                1e-8, 1e5, -12345.678,
            ];
            let ends = [
                T::MAX, T::MIN, T::MIN_POSITIVE, T::MIN_POSITIVE / 8.0, T::EPSILON, T::INFINITY, T::NEG_INFINITY,
                T::NAN,
            ];
            values.iter().map(|&v: &f64| Scalar::new(v as T)).chain(ends.map(Scalar::new)).collect()
        }, else unreachable!("a float"));
    }
    dispatch!(dtype, ComplexNumber, T => {
        let parts = [0.0, 1.0, -1.0, 0.5, -2.5, 3.0];
        let special = [(f64::NAN, 1.0), (f64::INFINITY, 0.0), (0.25, f64::NEG_INFINITY), (1e-3, -40.0)];
        let products = parts.iter().flat_map(|&re| parts.iter().map(move |&im| (re, im)));
        products
            .chain(special)
            .map(|(re, im)| -> T { Complex::new(re as _, im as _) })
            .map(Scalar::new)
            .collect()
    }, else unreachable!("a complex number"))
}

/// Edges of a type among random values of every magnitude.
pub fn mixed(dtype: DType, len: usize, rng: &mut Rng) -> Vec<Scalar> {
    let edges = edges(dtype);
    (0..len)
        .map(|_| match rng.below(2) {
            0 => *rng.pick(&edges),
            _ => random(dtype, rng),
        })
        .collect()
}

fn random(dtype: DType, rng: &mut Rng) -> Scalar {
    let magnitude = [0.1, 1.0, 10.0, 1000.0][rng.below(4)];
    match dtype {
        DType::Bool => Scalar::new(rng.below(2) == 1),
        DType::F32 => Scalar::new((rng.unit() * magnitude) as f32),
        DType::F64 => Scalar::new(rng.unit() * magnitude),
        // Moderate, so that complex functions neither overflow nor cancel.
        DType::C32 => Scalar::new(Complex::new(2.0 * rng.unit() as f32, 2.0 * rng.unit() as f32)),
        DType::C64 => Scalar::new(Complex::new(2.0 * rng.unit(), 2.0 * rng.unit())),
        integer => {
            let bits = rng.bits() >> rng.below(64);
            dispatch!(integer, Integer, T => Scalar::new(bits as T), else unreachable!("an integer"))
        }
    }
}

/// Small values with many ties, whose sums and products neither overflow nor cancel badly; of floats and complex
/// numbers about one in `nan_every` is NaN (none if it is zero).
pub fn small(dtype: DType, len: usize, nan_every: usize, rng: &mut Rng) -> Vec<Scalar> {
    const VALUES: [f64; 8] = [1.0, 2.0, 0.5, -1.0, 1.25, -0.75, 1.0, 0.0];
    let mut value = || {
        // Zeros are rare, or every product would be zero.
        let limit = if rng.below(16) == 0 { 8 } else { 7 };
        let nan = nan_every > 0 && rng.below(nan_every) == 0;
        (if nan { f64::NAN } else { VALUES[rng.below(limit)] }, VALUES[rng.below(7)])
    };
    (0..len)
        .map(|_| {
            let (re, im) = value();
            match dtype {
                DType::Bool => Scalar::new(re.is_nan() || re > 0.0),
                DType::F32 => Scalar::new(re as f32),
                DType::F64 => Scalar::new(re),
                DType::C32 => Scalar::new(Complex::new(re as f32, im as f32)),
                DType::C64 => Scalar::new(Complex::new(re, im)),
                integer => {
                    dispatch!(integer, Integer, T => Scalar::new((4.0 * re) as i8 as T), else unreachable!("an integer"))
                }
            }
        })
        .collect()
}
