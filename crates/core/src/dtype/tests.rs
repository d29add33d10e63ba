use super::DType;
use crate::{Element, dispatch};

#[test]
fn every_dtype_is_that_of_its_rust_type() {
    for dtype in DType::ALL {
        dispatch!(dtype, Element, T => {
            assert_eq!(T::DTYPE, dtype);
            assert_eq!((dtype.size(), dtype.align()), (size_of::<T>(), align_of::<T>()));
            assert_eq!(<<T as Element>::Sum as Element>::DTYPE, dtype.sum());
            assert_eq!(<<T as Element>::Mean as Element>::DTYPE, dtype.mean());
            assert_eq!(<<T as Element>::Real as Element>::DTYPE, dtype.real());
        });
        let classes = [
            dtype.is_bool(),
            dtype.is_signed_integer(),
            dtype.is_unsigned_integer(),
            dtype.is_float(),
            dtype.is_complex(),
        ];
        assert_eq!(classes.iter().filter(|&&class| class).count(), 1, "{dtype}");
        assert_eq!(dtype.is_integer(), classes[1] || classes[2]);
        assert_eq!(dtype.to_string(), dtype.name());
    }
}

#[test]
fn dispatch_leaves_out_what_is_not_of_the_class() {
    let count = |in_class: fn(DType) -> bool| DType::ALL.into_iter().filter(|&dtype| in_class(dtype)).count();
    assert_eq!(count(|d| dispatch!(d, Number, _T => true, else false)), 12);
    assert_eq!(count(|d| dispatch!(d, Ordered, _T => true, else false)), 11);
    assert_eq!(count(|d| dispatch!(d, Bits, _T => true, else false)), 9);
    assert_eq!(count(|d| dispatch!(d, Integer, _T => true, else false)), 8);
    assert_eq!(count(|d| dispatch!(d, Unsigned, _T => true, else false)), 4);
    assert_eq!(count(|d| dispatch!(d, Signed, _T => true, else false)), 8);
    assert_eq!(count(|d| dispatch!(d, Inexact, _T => true, else false)), 4);
    assert_eq!(count(|d| dispatch!(d, Real, _T => true, else false)), 2);
    assert_eq!(count(|d| dispatch!(d, ComplexNumber, _T => true, else false)), 2);
}
