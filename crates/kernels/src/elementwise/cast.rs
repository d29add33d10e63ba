//! Conversions between all types, as Rust's `as`: integers wrap, floats saturate and NaN becomes 0.
//!
//! A conversion to an integer serves signed and unsigned results alike, and one that does not widen serves
//! signed and unsigned operands, so that 169 pairs need some 100 loops. `bool` is the integers 0 and 1.

use chunkwise_core::{Complex, DType, dispatch};

use super::map::map1;
use super::truncate::Truncate;
use super::{choice, unsigned};
use crate::isa::{Code, Isa};

pub(super) fn cast(from: DType, to: DType, isa: Isa) -> Option<Code> {
    if from == to || (from.is_bool() && to.size() == 1) {
        return choice::copy(from, isa);
    }
    if to.is_bool() {
        return truth(from, isa);
    }
    let from = if from.is_bool() { DType::U8 } else { from };
    if !from.is_integer() {
        from_inexact(from, to, isa)
    } else if to.is_integer() {
        between_integers(from, to, isa)
    } else {
        dispatch!(from, Integer, A => match to {
            DType::F32 => map1(isa, |x: A| x as f32),
            DType::F64 => map1(isa, |x: A| x as f64),
            DType::C32 => map1(isa, |x: A| Complex::new(x as f32, 0.0)),
            DType::C64 => map1(isa, |x: A| Complex::new(x as f64, 0.0)),
            _ => None,
        }, else None)
    }
}

fn truth(from: DType, isa: Isa) -> Option<Code> {
    dispatch!(unsigned(from), Unsigned, A => map1(isa, |x: A| x != 0),
        else dispatch!(from, Inexact, A => map1(isa, |x: A| x != A::default()), else None))
}

fn between_integers(from: DType, to: DType, isa: Isa) -> Option<Code> {
    let from = if from.size() >= to.size() { unsigned(from) } else { from };
    match (from, unsigned(to)) {
        (DType::I8, DType::U16) => map1(isa, |x: i8| x as u16),
        (DType::I8, DType::U32) => map1(isa, |x: i8| x as u32),
        (DType::I8, DType::U64) => map1(isa, |x: i8| x as u64),
        (DType::I16, DType::U32) => map1(isa, |x: i16| x as u32),
        (DType::I16, DType::U64) => map1(isa, |x: i16| x as u64),
        (DType::I32, DType::U64) => map1(isa, |x: i32| x as u64),
        (from, to) => dispatch!(from, Unsigned, A => dispatch!(to, Unsigned,
            B => map1(isa, |x: A| x as B), else None), else None),
    }
}

/// From floats; from complex numbers it is the real part that is converted.
fn from_inexact(from: DType, to: DType, isa: Isa) -> Option<Code> {
    match (from, to) {
        (DType::F32, DType::C32) => map1(isa, |x: f32| Complex::new(x, 0.0)),
        (DType::F32, DType::C64) => map1(isa, |x: f32| Complex::new(f64::from(x), 0.0)),
        (DType::F64, DType::C32) => map1(isa, |x: f64| Complex::new(x as f32, 0.0)),
        (DType::F64, DType::C64) => map1(isa, |x: f64| Complex::new(x, 0.0)),
        (DType::C32, DType::C64) => {
            map1(isa, |z: Complex<f32>| Complex::new(f64::from(z.re), f64::from(z.im)))
        }
        (DType::C64, DType::C32) => map1(isa, |z: Complex<f64>| Complex::new(z.re as f32, z.im as f32)),
        (DType::F32, _) => dispatch!(to, Integer, B => map1(isa, |x: f32| -> B { x.truncate() }),
            else map1(isa, |x: f32| f64::from(x))),
        (DType::F64, _) => dispatch!(to, Integer, B => map1(isa, |x: f64| -> B { x.truncate() }),
            else map1(isa, |x: f64| x as f32)),
        (DType::C32, DType::F32) => map1(isa, |z: Complex<f32>| z.re),
        (DType::C32, _) => dispatch!(to, Integer, B => map1(isa, |z: Complex<f32>| -> B { z.re.truncate() }),
            else map1(isa, |z: Complex<f32>| f64::from(z.re))),
        (DType::C64, DType::F64) => map1(isa, |z: Complex<f64>| z.re),
        (DType::C64, _) => dispatch!(to, Integer, B => map1(isa, |z: Complex<f64>| -> B { z.re.truncate() }),
            else map1(isa, |z: Complex<f64>| z.re as f32)),
        _ => None,
    }
}
