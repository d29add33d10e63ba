//! The loops that draw.

use chunkwise_core::{DType, dispatch};
use rand_distr::{Beta, Binomial, Gamma, Geometric, Poisson, StudentT};

use super::bits::{ElementRng, Key};
use super::loops::{RUN, drawn, drawn_once, evenly, halved, indices};
use super::normal::{ZIGGURAT, Ziggurat, ln};
use super::permutation::Permutation;
use super::uniform::{below_few, below_u32, positive, unit_f32, unit_f64, up_to};
use super::{Distribution, Draw};
use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

/// The loop for `draw`, whose parameters were checked.
pub(crate) fn code(draw: &Draw, isa: Isa) -> Option<Code> {
    let (key, dtype) = (Key::new(draw.key), draw.dtype);
    match draw.distribution {
        Distribution::Uniform { low, high } => Some(uniform(key, dtype, low.get(), high.get(), isa)),
        Distribution::Integers { low, span } => integers(key, dtype, low, span, isa),
        Distribution::Bernoulli { probability } => {
            let probability = probability.get();
            Some(drawn(isa, move |index| unit_f64(key.bits(index)) < probability))
        }
        Distribution::Normal { mean, std } => {
            let normal = Normal { key, mean: mean.get(), std: std.get(), ziggurat: &ZIGGURAT };
            Some(if dtype == DType::F32 { Code::new(Rounded(normal), isa) } else { Code::new(normal, isa) })
        }
        Distribution::Exponential { scale } => {
            let scale = scale.get();
            let value = move |index: u64| scale * (0.0 - ln(positive(key.bits(index))));
            Some(match dtype {
                DType::F32 => drawn(isa, move |index| value(index) as f32),
                _ => drawn(isa, value),
            })
        }
        Distribution::Gamma { shape, scale } => {
            sampled(key, dtype, Gamma::new(shape.get(), scale.get()).ok()?, isa)
        }
        Distribution::Beta { alpha, beta } => {
            sampled(key, dtype, Beta::new(alpha.get(), beta.get()).ok()?, isa)
        }
        Distribution::StudentT { freedom } => sampled(key, dtype, StudentT::new(freedom.get()).ok()?, isa),
        Distribution::Poisson { rate } if rate.get() == 0.0 => Some(drawn(isa, |_| 0i64)),
        Distribution::Poisson { rate } => {
            counted(key, Poisson::new(rate.get()).ok()?, isa, |n: f64| n as i64)
        }
        Distribution::Binomial { trials, probability } => {
            counted(key, Binomial::new(trials, probability.get()).ok()?, isa, |n: u64| n as i64)
        }
        Distribution::Geometric { probability } => {
            let saturate = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            counted(key, Geometric::new(probability.get()).ok()?, isa, saturate)
        }
        Distribution::Permutation { len } => {
            let permutation = Permutation::new(key, len);
            Some(drawn_once(isa, move |index| permutation.place(index) as i64))
        }
    }
}

fn uniform(key: Key, dtype: DType, low: f64, high: f64, isa: Isa) -> Code {
    // Rounding may lead up to `high`, which is not to be reached.
    if dtype == DType::F32 {
        let (low, high) = (low as f32, high as f32);
        let (width, last) = (high - low, high.next_down());
        drawn(isa, move |index| (low + width * unit_f32(key.bits(index))).min(last))
    } else {
        let (width, last) = (high - low, high.next_down());
        drawn(isa, move |index| (low + width * unit_f64(key.bits(index))).min(last))
    }
}

/// Up to so many integers are drawn from half a word each.
const FEW: u64 = 1 << 12;

fn integers(key: Key, dtype: DType, low: i64, span: u64, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Integer, T => {
        let low = low as T;
        Some(if span < FEW {
            let count = span as u32 + 1;
            let word = move |number| key.bits(number);
            halved(isa, word, move |half| low.wrapping_add(below_few(half, count) as T))
        } else if let Some(count) = u32::try_from(span).ok().and_then(|span| span.checked_add(1)) {
            drawn(isa, move |index| low.wrapping_add(below_u32(key.bits(index), count) as T))
        } else if span == u64::MAX {
            drawn(isa, move |index| low.wrapping_add(key.bits(index) as T))
        } else {
            let other = key.other();
            let bits = move |index: u64| [key.bits(index), other.bits(index)];
            drawn(isa, move |index| low.wrapping_add(up_to(bits(index), span) as T))
        })
    }, else None)
}

/// Floats of a distribution that asks for any number of words.
fn sampled<S>(key: Key, dtype: DType, distribution: S, isa: Isa) -> Option<Code>
where
    S: rand_distr::Distribution<f64> + Send + Sync + 'static,
{
    let sample = move |index: u64| distribution.sample(&mut ElementRng::new(key, index));
    Some(match dtype {
        DType::F32 => drawn_once(isa, move |index| sample(index) as f32),
        _ => drawn_once(isa, sample),
    })
}

/// Integers of a distribution that asks for any number of words.
fn counted<S, N>(key: Key, distribution: S, isa: Isa, convert: fn(N) -> i64) -> Option<Code>
where
    S: rand_distr::Distribution<N> + Send + Sync + 'static,
    N: 'static,
{
    let sample = move |index: u64| convert(distribution.sample(&mut ElementRng::new(key, index)));
    Some(drawn_once(isa, sample))
}

/// Normal floats, some at a time.
struct Normal {
    key: Key,
    mean: f64,
    std: f64,
    ziggurat: &'static Ziggurat,
}

impl Normal {
    /// # Safety
    /// The operand, if there is one, must be a register of `i64`, the result one of `T`.
    #[inline(always)]
    unsafe fn fill<T: Copy + Default>(&self, args: &Args<'_>, convert: impl Fn(f64) -> T) {
        let dst = args.dst.cast::<T>();
        let evenly = evenly(args);
        // Words that nobody wants lie where a look at their layer is enough.
        let (mut words, mut run, mut values) = ([1 << 63; RUN], [0; RUN], [T::default(); RUN]);
        for start in (0..args.len).step_by(RUN) {
            // Always so many, although the last ones may not be wanted: loops of constant length.
            if let Some((base, step)) = evenly {
                let base = base.wrapping_add(step.wrapping_mul(start as u64));
                for (i, word) in words.iter_mut().enumerate() {
                    *word = self.key.bits(base.wrapping_add(step.wrapping_mul(i as u64)));
                }
            } else {
                let len = (args.len - start).min(RUN);
                // SAFETY: the caller's promise.
                unsafe { indices(args, start, &mut run[..len]) };
                for (word, &index) in words.iter_mut().zip(&run) {
                    *word = self.key.bits(index);
                }
            }
            self.ziggurat.normal(&words, &mut values, |deviate| convert(self.mean + self.std * deviate));
            let len = (args.len - start).min(RUN);
            // SAFETY: the register holds `len` elements of this type (caller), and is no local array.
            unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), dst.add(start), len) };
        }
    }
}

impl Body for Normal {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the verifier has checked that the registers are of these types.
        unsafe { self.fill(args, |x: f64| x) }
    }
}

/// The same numbers as `f32`.
struct Rounded(Normal);

impl Body for Rounded {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: as above.
        unsafe { self.0.fill(args, |x: f64| x as f32) }
    }
}
