//! The error function.
//!
//! Up to 0.84375 (1 for `f32`) it is `x` times a polynomial in `x^2`; above, `1 - exp -g(x)`, where `g` is a polynomial for the negative
//! logarithm of the complement. Both have the least largest error (Remez).

use super::exp::{reduce, rest, short};
use super::{Function, fma, horner};
use crate::isa::Level;

/// The error function. Within 1 ulp with FMA, 1.2 without.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Erf;

impl Function<f64> for Erf {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let z = x * x;
        // erf x / x - 1
        let below = horner!(
            L,
            z,
            0.128_379_167_095_512_6,
            -0.376_126_389_031_837_5,
            0.112_837_916_709_547_21,
            -0.026_866_170_645_025_993,
            0.005_223_977_624_024_784,
            -0.000_854_832_691_059_966_7,
            0.000_120_553_272_726_420_08,
            -1.492_545_968_233_46e-5,
            1.645_784_899_232_378_3e-6,
            -1.630_241_261_562_544_2e-7,
            1.420_156_630_572_638_2e-8,
            -8.869_430_914_597_904e-10
        );
        // 1 from here on
        let a = x.abs();
        let a = if a > 6.0 { 6.0 } else { a };
        let g = horner!(
            L,
            a,
            3.675_346_080_682_289_6e-8,
            1.128_378_772_388_287,
            0.636_621_696_568_102_5,
            0.102_767_039_943_169_74,
            -0.019_118_129_440_109_603,
            -0.000_221_037_209_402_906_76,
            0.001_701_552_066_403_145_6,
            -0.000_581_498_568_598_848_5,
            3.091_064_492_211_992e-6,
            9.360_376_049_476_431e-5,
            -5.536_332_516_150_391e-5,
            2.016_687_792_115_588_4e-5,
            -5.348_128_163_074_753e-6,
            1.073_032_951_803_845_2e-6,
            -1.626_489_547_425_298e-7,
            1.813_949_468_268_127e-8,
            -1.407_534_788_111_121_7e-9,
            6.793_152_701_524_641e-11,
            -1.535_613_471_790_667e-12
        );
        let reduced = reduce::<L>(-g);
        let r = reduced.high + reduced.low;
        let less_one = fma::<L, _>(r * r, rest::<L>(r), r);
        let power = super::bits::power_of_two(reduced.bits);
        let above = fma::<L, _>(-power, less_one, 1.0 - power).copysign(x);
        // NaN is not above
        if a > 0.843_75 { above } else { fma::<L, _>(x, below, x) }
    }
}

impl Function<f32> for Erf {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x = f64::from(x);
        let z = x * x;
        let below = horner!(
            L,
            z,
            0.128_379_165_728_643_83,
            -0.376_126_258_300_418_46,
            0.112_835_851_521_708_46,
            -0.026_853_810_044_828_473,
            0.005_188_320_912_981_266,
            -0.000_801_011_033_009_623_9,
            7.853_517_521_490_416e-5
        );
        let a = x.abs();
        let a = if a > 4.0 { 4.0 } else { a };
        let g = horner!(
            L,
            a,
            0.000_353_641_366_263_387_5,
            1.127_040_330_409,
            0.638_225_231_631_055_3,
            0.103_037_714_072_796_44,
            -0.021_805_462_221_334_025,
            0.002_939_637_795_269_493,
            -0.000_185_576_579_231_648
        );
        let (power, less_one) = short::<L>(-g);
        let above = fma::<L, _>(-power, less_one, 1.0 - power).copysign(x);
        (if a > 1.0 { above } else { fma::<L, _>(x, below, x) }) as f32
    }
}
