use chunkwise_core::{Complex, DType, Element};

use super::ring::Ring;
use super::{Matrix, MatrixMut, Product, Sizes};
use crate::Isa;

/// A matrix of small whole numbers in memory of its own, with strides that may be negative or zero.
struct Stored<T> {
    memory: Vec<T>,
    first: usize,
    strides: [isize; 2],
}

impl<T: Ring> Stored<T> {
    fn new(rows: usize, cols: usize, layout: usize, value: impl Fn(usize, usize) -> T) -> Self {
        let (r, c) = (rows as isize, cols as isize);
        let strides = [[c, 1], [1, r], [-2 * c, -2], [2, 2 * r], [0, 1], [1, 0]][layout];
        let reach = |s: isize, n: usize| s * (n.max(1) as isize - 1);
        let low = reach(strides[0], rows).min(0) + reach(strides[1], cols).min(0);
        let high = reach(strides[0], rows).max(0) + reach(strides[1], cols).max(0);
        let mut stored =
            Stored { memory: vec![T::ZERO; (high - low) as usize + 1], first: -low as usize, strides };
        for i in 0..rows {
            for j in 0..cols {
                let at = stored.at(i, j);
                stored.memory[at] = value(i, j);
            }
        }
        stored
    }

    fn at(&self, i: usize, j: usize) -> usize {
        self.first.wrapping_add_signed(i as isize * self.strides[0] + j as isize * self.strides[1])
    }

    fn matrix(&self) -> Matrix {
        Matrix { ptr: self.memory[self.first..].as_ptr().cast(), strides: self.strides }
    }
}

const SIZES: [[usize; 3]; 14] = [
    [1, 1, 1],
    [1, 700, 1],
    [5, 40, 1],
    [1, 40, 700],
    [3, 65, 9],
    [70, 33, 4],
    [4, 1, 5],
    [5, 1, 5],
    [16, 16, 16],
    [17, 300, 33],
    [65, 513, 129],
    [7, 5, 1100],
    [9, 0, 9],
    [2, 0, 1],
];

fn check<T: Ring>(isa: Isa, value: impl Fn(usize) -> T) {
    let product = Product::new(T::DTYPE, isa);
    for [rows, summed, cols] in SIZES {
        // The large ones are for loops over panels, which layouts do not change.
        let layouts = if rows * summed * cols > 100_000 { 1..3 } else { 0..6 };
        for layout in layouts {
            let a = Stored::new(rows, summed, layout, |i, k| value(i * 7 + k * 3));
            let b = Stored::new(summed, cols, (layout * 5 + 1) % 6, |k, j| value(k * 11 + j + 5));
            for (order, add) in [(0, false), (0, true), (1, true), (3, false)] {
                let before = |i: usize, j: usize| value(i + j);
                let mut c = Stored::new(rows, cols, order, before);
                let expected: Vec<T> = (0..rows * cols)
                    .map(|at| {
                        let (i, j) = (at / cols, at % cols);
                        let start = if add { before(i, j) } else { T::ZERO };
                        (0..summed).fold(start, |sum, k| {
                            T::add_product(sum, a.memory[a.at(i, k)], b.memory[b.at(k, j)])
                        })
                    })
                    .collect();
                let into = MatrixMut { ptr: c.memory[c.first..].as_mut_ptr().cast(), strides: c.strides };
                // SAFETY: the strides stay within the vectors, and those of `c` reach no element twice.
                unsafe { product.run(Sizes { rows, summed, cols }, a.matrix(), b.matrix(), into, add) };
                let got: Vec<T> = (0..rows * cols).map(|at| c.memory[c.at(at / cols, at % cols)]).collect();
                assert_eq!(
                    got,
                    expected,
                    "{} {rows}x{summed}x{cols} {layout} {order} {add} {isa:?}",
                    T::DTYPE
                );
            }
        }
    }
}

#[test]
fn products_are_those_of_the_definition_for_every_type_and_layout() {
    for isa in Isa::available() {
        // Sums of small whole numbers are exact in every float, whatever their order.
        check::<f32>(isa, |i| (i % 5) as f32 - 2.0);
        check::<f64>(isa, |i| (i % 9) as f64 - 4.0);
        check::<Complex<f32>>(isa, |i| Complex::new((i % 5) as f32 - 2.0, (i % 3) as f32));
        check::<Complex<f64>>(isa, |i| Complex::new((i % 5) as f64 - 2.0, (i % 3) as f64));
        check::<bool>(isa, |i| i % 37 == 0);
        check::<i8>(isa, |i| (i * 53) as i8);
        check::<u8>(isa, |i| (i * 53) as u8);
        check::<i16>(isa, |i| (i * 5303) as i16);
        check::<u16>(isa, |i| (i * 5303) as u16);
        check::<i32>(isa, |i| (i as i32).wrapping_mul(0x1234_5677));
        check::<u32>(isa, |i| (i as u32).wrapping_mul(0x1234_5677));
        check::<i64>(isa, |i| (i as i64).wrapping_mul(0x1234_5677_89ab_cdef));
        check::<u64>(isa, |i| (i as u64).wrapping_mul(0x1234_5677_89ab_cdef));
    }
}

#[test]
fn nothing_is_skipped_because_it_is_zero() {
    for (rows, cols) in [(1, 1), (3, 9), (9, 9)] {
        let a = Stored::new(rows, 3, 0, |_, k| if k == 1 { f64::INFINITY } else { 1.0 });
        let b = Stored::new(3, cols, 0, |_, _| 0.0);
        let mut c = vec![0.0f64; rows * cols];
        let into = MatrixMut { ptr: c.as_mut_ptr().cast(), strides: [cols as isize, 1] };
        let product = Product::new(DType::F64, Isa::detect());
        // SAFETY: all three have the sizes that are given.
        unsafe { product.run(Sizes { rows, summed: 3, cols }, a.matrix(), b.matrix(), into, false) };
        assert!(c.iter().all(|x| x.is_nan()), "{c:?}");
    }
}

#[test]
fn scratch_is_bounded() {
    let sizes = Sizes { rows: 5000, summed: 5000, cols: 5000 };
    assert!(Product::scratch_bytes(f64::DTYPE, sizes) <= 5 << 20);
    assert!(Product::scratch_bytes(DType::C64, sizes) <= 5 << 20);
}
