//! Axes that a method was given.

use chunkwise_core::Error;

use crate::ExprError;

/// The axes, one bit each, for the method of this name.
///
/// # Errors
/// Axes that do not exist or repeat; arrays of more than 64 axes.
pub(crate) fn axis_bits(what: &'static str, axes: &[usize], ndim: usize) -> Result<u64, ExprError> {
    if ndim > u64::BITS as usize {
        let why = format!("arrays of more than 64 axes cannot be reduced, this one has {ndim}");
        return Err(Error::Invalid { what, why }.into());
    }
    let mut bits = 0u64;
    for &axis in axes {
        if axis >= ndim {
            return Err(Error::Axis { axis, ndim }.into());
        }
        if bits & (1 << axis) != 0 {
            return Err(Error::RepeatedAxis { axis }.into());
        }
        bits |= 1 << axis;
    }
    Ok(bits)
}
