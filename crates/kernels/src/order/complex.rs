//! Lanes of complex numbers, which NumPy sorts by real part, then by imaginary part, those with a NaN last.

use std::cmp::Ordering;
use std::slice;

use chunkwise_core::{Complex, Element};

use super::{Lanes, NoValue, OrderOp};

/// A complex number with NumPy's order.
pub(super) trait Lexicographic: Element {
    fn order(&self, other: &Self) -> Ordering;
}

impl Lexicographic for Complex<f32> {
    fn order(&self, other: &Self) -> Ordering {
        order((self.re.into(), self.im.into()), (other.re.into(), other.im.into()))
    }
}

impl Lexicographic for Complex<f64> {
    fn order(&self, other: &Self) -> Ordering {
        order((self.re, self.im), (other.re, other.im))
    }
}

/// Numbers without NaN come first, then those with a NaN as imaginary part, as real part, as both; each class by the
/// parts that are numbers.
fn order(a: (f64, f64), b: (f64, f64)) -> Ordering {
    let class = |(re, im): (f64, f64)| (re.is_nan(), im.is_nan());
    let part = |a: f64, b: f64| a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    class(a).cmp(&class(b)).then(part(a.0, b.0)).then(part(a.1, b.1))
}

/// # Safety
/// As for [`run`](super::run), with elements of `T`.
pub(super) unsafe fn run<T: Lexicographic>(op: &OrderOp, lanes: Lanes, out: *mut u8) -> Result<(), NoValue> {
    for lane in 0..lanes.count {
        let first = lane * lanes.len;
        // SAFETY: each lane has `len` elements, of which this one is used by nobody else; `out` has room for as many
        // results of each, elements or positions as `op` says.
        unsafe {
            let elements = slice::from_raw_parts_mut(lanes.ptr.cast::<T>().add(first), lanes.len);
            match op {
                OrderOp::Sort => {
                    elements.sort_by(T::order);
                    slice::from_raw_parts_mut(out.cast::<T>().add(first), lanes.len)
                        .copy_from_slice(elements);
                }
                OrderOp::ArgSort => {
                    let out = slice::from_raw_parts_mut(out.cast::<i64>().add(first), lanes.len);
                    out.iter_mut().zip(0..).for_each(|(out, i)| *out = i);
                    out.sort_by(|&a, &b| elements[a as usize].order(&elements[b as usize]));
                }
                _ => panic!("{} is not defined for complex numbers", op.name()),
            }
        }
    }
    Ok(())
}
