//! One value of any element type, compared by its bits.

use std::fmt;

use crate::{DType, Element, dispatch};

/// One value with its dtype. Two scalars are equal when dtype and bits are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Scalar {
    dtype: DType,
    bits: u128,
}

impl Scalar {
    /// The scalar that holds `value`.
    pub fn new<A: Element>(value: A) -> Self {
        let mut bytes = [0u8; 16];
        // SAFETY: an element has at most 16 bytes, no padding, and is Copy.
        unsafe {
            std::ptr::copy_nonoverlapping(
                (&raw const value).cast::<u8>(),
                bytes.as_mut_ptr(),
                size_of::<A>(),
            );
        }
        Scalar { dtype: A::DTYPE, bits: u128::from_le_bytes(bytes) }
    }

    /// The type of the value.
    pub fn dtype(self) -> DType {
        self.dtype
    }

    /// The value, if it is an `A`.
    pub fn get<A: Element>(self) -> Option<A> {
        (A::DTYPE == self.dtype).then(|| {
            let bytes = self.bits.to_le_bytes();
            // SAFETY: the bytes were written by `new` from a value of the dtype of `A`.
            unsafe { bytes.as_ptr().cast::<A>().read_unaligned() }
        })
    }

    /// The bytes of the value, in this machine's order.
    pub fn to_bytes(self) -> [u8; 16] {
        self.bits.to_le_bytes()
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        dispatch!(self.dtype, Element, T => match self.get::<T>() {
            Some(value) => write!(f, "{value:?}{}", self.dtype),
            None => f.write_str("?"),
        })
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        dispatch!(self.dtype, Element, T => match self.get::<T>() {
            Some(value) => write!(f, "{value:?}"),
            None => f.write_str("?"),
        })
    }
}
