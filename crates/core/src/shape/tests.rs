use super::{Shape, broadcast_shapes, byte_len, checked_len, row_major_strides};
use crate::{DType, Error};

#[test]
fn lengths() {
    assert_eq!(checked_len(&[]), Ok(1));
    assert_eq!(checked_len(&[3, 4]), Ok(12));
    assert_eq!(checked_len(&[3, 0, 4]), Ok(0));
    assert_eq!(checked_len(&[isize::MAX as usize]), Ok(isize::MAX as usize));
    // As ndarray has it, a zero elsewhere does not make up for axes that overflow.
    for shape in [&[usize::MAX][..], &[1 << 40, 1 << 40], &[0, 1 << 40, 1 << 40], &[1 << 32, 1 << 31]] {
        assert_eq!(checked_len(shape), Err(Error::TooLarge { shape: shape.into() }));
    }
    assert_eq!(byte_len(&[3, 4], DType::C64), Ok(192));
    assert_eq!(byte_len(&[], DType::F64), Ok(8));
    assert_eq!(byte_len(&[isize::MAX as usize], DType::U8), Ok(isize::MAX as usize));
    assert!(byte_len(&[1 << 60], DType::F64).is_err());
    assert!(byte_len(&[1 << 62], DType::C64).is_err());
}

#[test]
fn strides() {
    assert_eq!(row_major_strides(&[])[..], [0; 0]);
    assert_eq!(row_major_strides(&[5])[..], [1]);
    assert_eq!(row_major_strides(&[2, 3, 4])[..], [12, 4, 1]);
    // Axes of no elements count as one, so that strides stay distinct and nothing overflows.
    assert_eq!(row_major_strides(&[2, 0, 4])[..], [4, 4, 1]);
}

#[test]
fn broadcasting() {
    for (a, b, both) in [
        (&[][..], &[][..], &[][..]),
        (&[], &[2, 3], &[2, 3]),
        (&[3], &[2, 3], &[2, 3]),
        (&[2, 1], &[1, 3], &[2, 3]),
        (&[4, 1, 3], &[2, 1], &[4, 2, 3]),
        (&[0], &[1], &[0]),
        (&[2, 0], &[2, 1], &[2, 0]),
        (&[1, 1], &[0, 5], &[0, 5]),
    ] {
        assert_eq!(broadcast_shapes(a, b), Ok(Shape::from_slice(both)), "{a:?} {b:?}");
        assert_eq!(broadcast_shapes(b, a), Ok(Shape::from_slice(both)), "{b:?} {a:?}");
    }
    for (a, b) in [(&[2, 3][..], &[2][..]), (&[2], &[3]), (&[0], &[2]), (&[2, 0], &[2, 2])] {
        let expected = Error::Broadcast { left: a.into(), right: b.into() };
        assert_eq!(broadcast_shapes(a, b), Err(expected));
    }
}
