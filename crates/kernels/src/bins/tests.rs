use super::*;
use crate::elementwise::code as code_of;
use crate::{Isa, Op};
use chunkwise_core::DType::{F32, F64, I64};

#[test]
fn bins_are_checked() {
    let why = |bins: Bins| bins.check().unwrap_err();
    assert!(Bins::uniform(3, 0.0, 1.0).check().is_ok());
    assert!(Bins::edges([f64::NEG_INFINITY, 0.0, 0.0, 1.0]).check().is_ok());
    assert!(why(Bins::uniform(0, 0.0, 1.0)).contains("a bin at least"));
    assert!(why(Bins::uniform(MOST + 1, 0.0, 1.0)).contains("2^31"));
    assert!(why(Bins::uniform(3, 1.0, 1.0)).contains("nothing between"));
    assert!(why(Bins::uniform(3, 0.0, f64::NAN)).contains("nothing between"));
    assert!(why(Bins::uniform(3, f64::MIN, f64::MAX)).contains("not finite"));
    assert!(why(Bins::edges([])).contains("there are 0"));
    assert!(why(Bins::edges([0.0, f64::NAN])).contains("NaN"));
    assert!(why(Bins::edges([0.0, 2.0, 1.0])).contains("1 comes after 2"));
}

#[test]
fn what_is_no_bins_is_no_instruction() {
    let good = Op::Bin(Bins::uniform(3, 0.0, 1.0));
    assert_eq!((good.result(&[F64]), good.result(&[F32]), good.result(&[F64, F64])), (Some(I64), None, None));
    assert_eq!(Op::Bin(Bins::uniform(3, 1.0, 0.0)).result(&[F64]), None);
    assert_eq!(Op::Bin(Bins::edges([1.0, 0.0])).result(&[F64]), None);
    assert_eq!(Op::BinBetween(3).result(&[F64; 3]), Some(I64));
    assert_eq!(Op::BinBetween(0).result(&[F64; 3]), None);
    assert!(code_of(&Op::BinBetween(0), &[F64; 3], Isa::Baseline).is_none());
    assert!(code_of(&good, &[F64], Isa::detect()).is_some());
}

#[test]
fn edges_are_compared_by_bits() {
    assert_eq!(Bins::edges([0.0, f64::NAN]), Bins::edges([0.0, f64::NAN]));
    assert_ne!(Bins::uniform(1, 0.0, 1.0), Bins::uniform(1, -0.0, 1.0));
}
