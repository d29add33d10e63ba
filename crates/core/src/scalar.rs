//! One value of any element type, compared by its bits.

use std::fmt;

use crate::{DType, Element, dispatch};

/// One value with its dtype. Two scalars are equal when dtype and bits are.
///
/// ```
/// use chunkwise_core::{DType, Scalar};
///
/// let scalar = Scalar::new(1.5f32);
/// assert_eq!(scalar.dtype(), DType::F32);
/// assert_eq!(scalar.get::<f32>(), Some(1.5));
/// assert_eq!(scalar.get::<f64>(), None);
/// assert_ne!(Scalar::new(0.0), Scalar::new(-0.0));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Scalar {
    dtype: DType,
    /// The bytes of the value in memory order, then zeros. Those of a bool are 0 or 1.
    bits: u128,
}

/// A scalar from elsewhere.
#[derive(serde::Deserialize)]
#[serde(rename = "Scalar")]
struct Unchecked {
    dtype: DType,
    bits: u128,
}

impl TryFrom<Unchecked> for Scalar {
    type Error = &'static str;

    fn try_from(Unchecked { dtype, bits }: Unchecked) -> Result<Self, Self::Error> {
        let bytes = bits.to_le_bytes();
        if bytes[dtype.size()..].iter().any(|&byte| byte != 0) {
            return Err("a scalar has more bytes than its dtype");
        }
        if dtype.is_bool() && bytes[0] > 1 {
            return Err("a bool is neither 0 nor 1");
        }
        Ok(Scalar { dtype, bits })
    }
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
            // SAFETY: the bytes are those of a value of the dtype of `A`, by `new` or checked on arrival.
            unsafe { bytes.as_ptr().cast::<A>().read_unaligned() }
        })
    }

    /// The bytes of the value, in this machine's order.
    pub fn to_bytes(self) -> [u8; 16] {
        self.bits.to_le_bytes()
    }
}

/// The value and its type, as in `1.5f32`.
impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}{}", self.dtype)
    }
}

/// The value, as in `1.5`, `true` or `1+2i`.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        dispatch!(self.dtype, ComplexNumber, T => match self.get::<T>() {
            Some(value) => write!(f, "{value}"),
            None => f.write_str("?"),
        }, else dispatch!(self.dtype, Element, T => match self.get::<T>() {
            // Debug tells 1.0 from 1.
            Some(value) => write!(f, "{value:?}"),
            None => f.write_str("?"),
        }))
    }
}

#[cfg(test)]
mod tests;
