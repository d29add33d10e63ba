use num_complex::Complex;

use super::Scalar;
use crate::{DType, Element};

fn round_trip<A: Element>(value: A, text: &str, debug: &str) {
    let scalar = Scalar::new(value);
    assert_eq!((scalar.dtype(), scalar.get::<A>()), (A::DTYPE, Some(value)));
    assert_eq!((scalar.to_string(), format!("{scalar:?}")), (text.into(), debug.into()));
    let bytes = postcard::to_allocvec(&scalar).unwrap();
    assert_eq!(postcard::from_bytes::<Scalar>(&bytes).unwrap(), scalar);
}

#[test]
fn values_of_every_type() {
    round_trip(true, "true", "truebool");
    round_trip(-1i8, "-1", "-1i8");
    round_trip(i16::MIN, "-32768", "-32768i16");
    round_trip(7i32, "7", "7i32");
    round_trip(i64::MAX, "9223372036854775807", "9223372036854775807i64");
    round_trip(255u8, "255", "255u8");
    round_trip(1u16, "1", "1u16");
    round_trip(2u32, "2", "2u32");
    round_trip(u64::MAX, "18446744073709551615", "18446744073709551615u64");
    round_trip(1.0f32, "1.0", "1.0f32");
    round_trip(-0.1f64, "-0.1", "-0.1f64");
    round_trip(Complex::new(1.0f32, -2.5), "1-2.5i", "1-2.5iComplex<f32>");
    round_trip(Complex::new(0.5f64, 2.0), "0.5+2i", "0.5+2iComplex<f64>");
}

#[test]
fn equality_is_that_of_dtype_and_bits() {
    assert_ne!(Scalar::new(0.0f64), Scalar::new(-0.0f64));
    assert_ne!(Scalar::new(1i32), Scalar::new(1u32));
    assert_eq!(Scalar::new(f64::NAN), Scalar::new(f64::NAN));
    assert_ne!(Scalar::new(f64::NAN), Scalar::new(-f64::NAN));
    assert_eq!(Scalar::new(1u8).get::<i8>(), None);
    assert_eq!(Scalar::new(0x0102u16).to_bytes()[..2], 0x0102u16.to_ne_bytes());
}

#[test]
fn bits_that_are_no_value_of_the_dtype_are_refused() {
    let read = |dtype: DType, bits: u128| {
        let bytes = postcard::to_allocvec(&(dtype, bits)).unwrap();
        postcard::from_bytes::<Scalar>(&bytes)
    };
    assert_eq!(read(DType::Bool, 1).unwrap(), Scalar::new(true));
    assert!(read(DType::Bool, 2).is_err());
    assert!(read(DType::Bool, 0x100).is_err());
    assert!(read(DType::U8, 0x100).is_err());
    assert!(read(DType::C32, 1 << 64).is_err());
    assert!(read(DType::C64, u128::MAX).is_ok());
}
