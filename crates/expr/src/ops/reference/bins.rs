//! Numbers of bins, as the text of NumPy's documentation and the steps of `numpy.histogram` say.

use chunkwise_core::Scalar;
use chunkwise_kernels::Op;
use chunkwise_kernels::bins::Bins;

/// The number of the bin that an element falls into.
pub(in crate::ops) fn bin(op: &Op, operands: &[Scalar]) -> Option<Scalar> {
    let x = operands[0].get::<f64>()?;
    let number = match op {
        Op::Bin(Bins::Uniform { lo, hi, count }) => uniform(x, lo.get(), hi.get(), *count),
        Op::Bin(bins) => between(x, &bins.all_edges()),
        Op::BinBetween(count) => uniform(x, operands[1].get()?, operands[2].get()?, *count),
        _ => return None,
    };
    Some(Scalar::new(number.map_or(-1, |number| number as i64)))
}

/// One of `count` bins of equal width.
fn uniform(x: f64, lo: f64, hi: f64, count: u32) -> Option<usize> {
    let width = hi - lo;
    if !(width.is_normal() || width.is_subnormal()) || width < 0.0 || !(lo..=hi).contains(&x) {
        return None;
    }
    let edge = |i: usize| {
        let step = width / f64::from(count);
        let distance = if step == 0.0 { i as f64 / f64::from(count) * width } else { i as f64 * step };
        if i == count as usize { hi } else { distance + lo }
    };
    let mut number = ((x - lo) / width * f64::from(count)) as usize;
    if number == count as usize {
        number -= 1;
    }
    if x < edge(number) {
        number -= 1;
    }
    if x >= edge(number + 1) && number + 1 != count as usize {
        number += 1;
    }
    Some(number)
}

/// The last bin that `x` is in; neighbours share no edge but that the last bin has both of its own.
fn between(x: f64, edges: &[f64]) -> Option<usize> {
    (0..edges.len() - 1).rev().find(|&i| {
        let last = i + 2 == edges.len();
        edges[i] <= x && (x < edges[i + 1] || (last && x == edges[i + 1]))
    })
}
