//! Lanes of elements that have an order.

use std::slice;
use std::sync::Arc;

use super::key::{Key, Ranked};
use super::quantile::{Place, interpolate};
use super::select::select;
use super::{Lanes, Method, NoValue, OrderOp, arg};
use crate::random::Parameter;

/// More quantiles than this are read off the sorted lane: sorting takes about as long as so many selections.
const SELECTIONS: usize = 12;

/// # Safety
/// As for [`run`](super::run), with elements of `T`.
pub(super) unsafe fn run<T: Ranked>(op: &OrderOp, lanes: Lanes, out: *mut u8) -> Result<(), NoValue> {
    let mut spare: Vec<T::Key> = Vec::new();
    for lane in 0..lanes.count {
        // SAFETY: each lane has `len` elements, of which this one is used by nobody else.
        let elements: &mut [T] =
            unsafe { slice::from_raw_parts_mut(lanes.ptr.cast::<T>().add(lane * lanes.len), lanes.len) };
        // SAFETY: the mask has a byte for each element of each lane.
        let mask =
            lanes.mask.map(|mask| unsafe { slice::from_raw_parts(mask.add(lane * lanes.len), lanes.len) });
        let elements = match mask {
            Some(mask) => compress(elements, mask),
            None => elements,
        };
        // SAFETY: `out` has room for as many results of each lane; what is written is of their type.
        unsafe {
            match op {
                OrderOp::Median { nan } => {
                    let (keys, nans) = keyed(elements);
                    *out.cast::<T::Mean>().add(lane) = median::<T>(keys, nans, *nan, &mut spare);
                }
                OrderOp::Quantile { fractions, method, nan } => {
                    if elements.is_empty() && op.needs_elements(T::DTYPE) {
                        return Err(NoValue { lane });
                    }
                    let (keys, nans) = keyed(elements);
                    let quantiles = Quantiles { fractions, method: *method, nan: *nan };
                    let (first, count) = (lane * fractions.len(), fractions.len());
                    if method.selects() {
                        let out = slice::from_raw_parts_mut(out.cast::<T>().add(first), count);
                        // Where there is no NaN, the key is that of no result.
                        let nan = T::of(T::Key::MAX);
                        quantiles.write(keys, nans, &mut spare, (out, nan), |low, _, _| T::of(low));
                    } else {
                        let out = slice::from_raw_parts_mut(out.cast::<T::Mean>().add(first), count);
                        let nan = T::mean(f64::NAN);
                        quantiles.write(keys, nans, &mut spare, (out, nan), |low, high, weight| {
                            T::mean(interpolate(T::float(low), T::float(high), T::gap(low, high), weight))
                        });
                    }
                }
                OrderOp::Sort => {
                    let first = lane * elements.len();
                    let (keys, _) = keyed(elements);
                    keys.sort_unstable();
                    write(slice::from_raw_parts_mut(out.cast::<T>().add(first), keys.len()), keys);
                }
                OrderOp::Top { k } => {
                    let count = op.len(elements.len());
                    let (keys, _) = keyed(elements);
                    let top = top(keys, count, *k > 0);
                    write(slice::from_raw_parts_mut(out.cast::<T>().add(lane * count), count), top);
                }
                OrderOp::ArgSort => {
                    let out = out.cast::<i64>().add(lane * elements.len());
                    arg::sort(elements, slice::from_raw_parts_mut(out, elements.len()));
                }
                OrderOp::ArgTop { k } => {
                    let count = op.len(elements.len());
                    let out = slice::from_raw_parts_mut(out.cast::<i64>().add(lane * count), count);
                    arg::top(elements, *k > 0, out);
                }
            }
        }
    }
    Ok(())
}

/// The elements that the mask means, moved to the front.
fn compress<'a, T: Copy>(elements: &'a mut [T], mask: &[u8]) -> &'a mut [T] {
    let mut kept = 0;
    for i in 0..elements.len() {
        elements[kept] = elements[i];
        kept += usize::from(mask[i]);
    }
    &mut elements[..kept]
}

/// Elements replaced by their keys, and how many are NaN.
fn keyed<T: Ranked>(elements: &mut [T]) -> (&mut [T::Key], usize) {
    const {
        assert!(size_of::<T>() == size_of::<T::Key>() && align_of::<T>() == align_of::<T::Key>());
    }
    let (ptr, len) = (elements.as_mut_ptr(), elements.len());
    let mut nans = 0;
    for i in 0..len {
        // SAFETY: within the elements; each is read before its key is written in its place, which has the size and
        // the alignment of one.
        unsafe {
            let key = (*ptr.add(i)).key();
            ptr.cast::<T::Key>().add(i).write(key);
            nans += usize::from(T::NAN && key == T::Key::MAX);
        }
    }
    // SAFETY: the memory of the elements, which is borrowed as long; every key was written.
    (unsafe { slice::from_raw_parts_mut(ptr.cast(), len) }, nans)
}

fn write<T: Ranked>(out: &mut [T], keys: &[T::Key]) {
    out.iter_mut().zip(keys).for_each(|(element, &key)| *element = T::of(key));
}

/// The largest keys in descending order, or the smallest in ascending order.
fn top<K: Key>(keys: &mut [K], count: usize, largest: bool) -> &[K] {
    let n = keys.len();
    if !largest {
        if count < n {
            keys.select_nth_unstable(count);
        }
        keys[..count].sort_unstable();
        return &keys[..count];
    }
    if count < n && count > 0 {
        keys.select_nth_unstable(n - count);
    }
    let top = &mut keys[n - count..];
    top.sort_unstable();
    top.reverse();
    top
}

/// Room for so many keys. Pages of fresh memory that selection does not reach are never touched.
fn room<K: Key>(spare: &mut Vec<K>, len: usize) -> &mut [K] {
    if spare.len() < len {
        *spare = vec![K::default(); len];
    }
    &mut spare[..len]
}

/// The median of keys of which some are NaN's, which are the largest.
fn median<T: Ranked>(keys: &[T::Key], nans: usize, skip: bool, spare: &mut Vec<T::Key>) -> T::Mean {
    let n = if skip { keys.len() - nans } else { keys.len() };
    if n == 0 || (nans > 0 && !skip) {
        return T::mean(f64::NAN);
    }
    let spare = room(spare, keys.len());
    let (low, high) = select(keys, spare, (n - 1) / 2, n.is_multiple_of(2));
    let (low, high) = (T::float(low), T::float(high));
    T::mean(if n.is_multiple_of(2) { (low + high) / 2.0 } else { low })
}

/// What is asked of every lane.
struct Quantiles<'a> {
    fractions: &'a Arc<[Parameter]>,
    method: Method,
    nan: bool,
}

impl Quantiles<'_> {
    /// Writes the quantiles of keys of which some are NaN's: what `value` makes of the keys below and above, and the
    /// weight of the latter, or `nothing` where there are no numbers or may be no NaN.
    fn write<K: Key, R: Copy>(
        &self,
        keys: &mut [K],
        nans: usize,
        spare: &mut Vec<K>,
        (out, nothing): (&mut [R], R),
        value: impl Fn(K, K, f64) -> R,
    ) {
        let n = if self.nan { keys.len() - nans } else { keys.len() };
        if n == 0 || (nans > 0 && !self.nan) {
            return out.fill(nothing);
        }
        let sorted = self.fractions.len() > SELECTIONS;
        if sorted {
            keys.sort_unstable();
        }
        let spare = room(spare, if sorted { 0 } else { keys.len() });
        for (out, fraction) in out.iter_mut().zip(self.fractions.iter()) {
            let Place { low, high, weight } = self.method.place(n, fraction.get());
            let (below, above) =
                if sorted { (keys[low], keys[high]) } else { select(keys, spare, low, high > low) };
            *out = value(below, above, weight);
        }
    }
}
