//! The innermost loop of products: a tile of the result in registers, and the packed operands along it.
//!
//! A tile has a few rows and as many columns as fill a few registers each. For every position of the axis summed
//! over, the columns of one operand are loaded, and each row's element of the other is multiplied with all of them.

use chunkwise_core::Complex;

use super::ring::Ring;
use super::vector::{Lanes, Signed, Vector, prefetch, prefetch_later};
use crate::isa::{Isa, Level};

/// A tile of the result, and what is multiplied for it.
pub(super) struct Tile<T> {
    /// Length of the axis summed over.
    pub(super) depth: usize,
    /// Packed rows: groups of [`Micro::shape`] rows, `depth` of them.
    pub(super) a: *const T,
    /// Packed columns: groups of [`Micro::shape`] columns, `depth` of them, as [`Micro::place`] orders them.
    pub(super) b: *const T,
    /// The tile, and elements from row to row, and from column to column.
    pub(super) dst: *mut T,
    /// See `dst`.
    pub(super) strides: [isize; 2],
    /// Rows of the tile.
    pub(super) rows: usize,
    /// Columns of the tile.
    pub(super) cols: usize,
    /// Whether to add to what is there.
    pub(super) add: bool,
}

/// An element type whose tiles are multiplied in registers.
pub(super) trait Micro: Ring {
    /// The most rows and columns of a tile.
    fn shape(isa: Isa) -> [usize; 2];

    /// Multiplies one tile.
    ///
    /// # Safety
    /// Packed operands must hold `depth` groups; the tile must be valid for writes, and initialised if it is added
    /// to; the processor must have the level's instructions.
    unsafe fn run<L: Level>(tile: &Tile<Self>);

    /// Writes the element of column `col` of a packed group of `cols`.
    ///
    /// # Safety
    /// The group must be valid for writes.
    #[inline(always)]
    unsafe fn place(group: *mut Self, _cols: usize, col: usize, value: Self) {
        // SAFETY: the caller's promise.
        unsafe { *group.add(col) = value }
    }

    /// Whether packed columns are in order.
    const IN_ORDER: bool = true;
}

/// Rows and columns of integers' tiles: two registers of 64-bit, four of narrower elements.
const INTEGERS: [usize; 2] = [4, 16];

macro_rules! integers {
    ($($T:ty),*) => {$(
        impl Micro for $T {
            fn shape(_isa: Isa) -> [usize; 2] {
                INTEGERS
            }

            #[inline(always)]
            unsafe fn run<L: Level>(tile: &Tile<Self>) {
                // SAFETY: the caller's promise.
                unsafe { real::<Lanes<$T, { INTEGERS[1] }>, 1, { INTEGERS[0] }>(tile) }
            }
        }
    )*};
}

integers!(bool, i8, i16, i32, i64, u8, u16, u32, u64);

/// Gives a float, and the complex numbers of it, a kernel for each level: registers, how many of them make the columns
/// of a tile, and its rows; those of complex numbers are half in number, with two sums each.
macro_rules! floats {
    ($T:ty, $($(#[$cfg:meta])* $Level:ident: $V:ty, [$M:literal, $N:literal], [$CM:literal, $CN:literal];)*) => {
        impl Micro for $T {
            fn shape(isa: Isa) -> [usize; 2] {
                match isa {
                    $($(#[$cfg])* Isa::$Level => [$N, $M * <$V>::LANES],)*
                    #[allow(unreachable_patterns, reason = "of other processors")]
                    _ => <$T>::shape(Isa::Baseline),
                }
            }

            #[inline(always)]
            unsafe fn run<L: Level>(tile: &Tile<Self>) {
                // SAFETY: the caller's promise.
                unsafe {
                    match L::ISA {
                        $($(#[$cfg])* Isa::$Level => real::<$V, $M, $N>(tile),)*
                        #[allow(unreachable_patterns, reason = "of other processors")]
                        _ => unreachable!("no other level is there"),
                    }
                }
            }
        }

        impl Micro for Complex<$T> {
            fn shape(isa: Isa) -> [usize; 2] {
                match isa {
                    $($(#[$cfg])* Isa::$Level => [$CN, $CM * <$V>::LANES],)*
                    #[allow(unreachable_patterns, reason = "of other processors")]
                    _ => Complex::<$T>::shape(Isa::Baseline),
                }
            }

            #[inline(always)]
            unsafe fn run<L: Level>(tile: &Tile<Self>) {
                // SAFETY: the caller's promise.
                unsafe {
                    match L::ISA {
                        $($(#[$cfg])* Isa::$Level => complex::<$V, $CM, $CN>(tile),)*
                        #[allow(unreachable_patterns, reason = "of other processors")]
                        _ => unreachable!("no other level is there"),
                    }
                }
            }

            /// Real parts first, so that both parts fill registers.
            #[inline(always)]
            unsafe fn place(group: *mut Self, cols: usize, col: usize, value: Self) {
                // SAFETY: the caller's promise; a complex number is its two parts.
                unsafe {
                    *group.cast::<$T>().add(col) = value.re;
                    *group.cast::<$T>().add(cols + col) = value.im;
                }
            }

            const IN_ORDER: bool = false;
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod levels {
    use super::*;
    use crate::contract::vector::{F32x4, F32x8, F32x16, F64x2, F64x4, F64x8};

    // 32 registers of AVX-512 hold 24 sums, 16 of the others 8 or 12, besides the operands.
    floats! { f64,
        Baseline: F64x2, [2, 4], [1, 4];
        Avx2: F64x4, [2, 6], [1, 4];
        Avx512: F64x8, [3, 8], [2, 6];
    }
    floats! { f32,
        Baseline: F32x4, [2, 4], [1, 4];
        Avx2: F32x8, [2, 6], [1, 4];
        Avx512: F32x16, [3, 8], [2, 6];
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod levels {
    use super::*;

    floats! { f64, Baseline: Lanes<f64, 2>, [2, 4], [1, 4]; }
    floats! { f32, Baseline: Lanes<f32, 4>, [2, 4], [1, 4]; }
}

/// Multiplies a tile of up to `M` registers of columns and `N` rows.
///
/// # Safety
/// As for [`Micro::run`].
#[inline(always)]
unsafe fn real<V: Vector<Element: Ring>, const M: usize, const N: usize>(tile: &Tile<V::Element>) {
    // SAFETY: the caller's promise.
    unsafe {
        match tile.cols.div_ceil(V::LANES) {
            1 => write::<V, 1, N>(real_sums(tile, M), tile),
            2 if M > 2 => write::<V, 2, N>(real_sums(tile, M), tile),
            _ => write::<V, M, N>(real_sums(tile, M), tile),
        }
    }
}

/// The sums of a tile's first `M` registers of columns, out of `all` packed ones.
///
/// # Safety
/// As for [`Micro::run`].
#[inline(always)]
unsafe fn real_sums<V: Vector<Element: Ring>, const M: usize, const N: usize>(
    tile: &Tile<V::Element>,
    all: usize,
) -> [[V; M]; N] {
    let mut sums = [[V::zero(); M]; N];
    let (mut a, mut b) = (tile.a, tile.b);
    prefetch(tile.dst, tile.strides, [tile.rows, tile.cols]);
    for _ in 0..tile.depth {
        prefetch_later(a.wrapping_add(N * tile.depth));
        // SAFETY: a group of each packed operand.
        unsafe {
            let mut cols = [V::zero(); M];
            for (m, col) in cols.iter_mut().enumerate() {
                *col = V::load(b.add(m * V::LANES));
            }
            for (n, sums) in sums.iter_mut().enumerate() {
                let row = V::splat(*a.add(n));
                for (sum, col) in sums.iter_mut().zip(cols) {
                    *sum = col.mul_add(row, *sum);
                }
            }
        }
        (a, b) = (a.wrapping_add(N), b.wrapping_add(all * V::LANES));
    }
    sums
}

/// Writes a tile's sums, or adds them.
///
/// # Safety
/// As for [`Micro::run`].
#[inline(always)]
unsafe fn write<V: Vector<Element: Ring>, const M: usize, const N: usize>(
    sums: [[V; M]; N],
    tile: &Tile<V::Element>,
) {
    let [down, right] = tile.strides;
    if right == 1 && tile.cols == M * V::LANES {
        for (n, sums) in sums.into_iter().enumerate() {
            if n < tile.rows {
                for (m, sum) in sums.into_iter().enumerate() {
                    // SAFETY: whole registers of a row of the tile.
                    unsafe {
                        let dst = tile.dst.offset(n as isize * down).add(m * V::LANES);
                        if tile.add { V::load(dst).add(sum) } else { sum }.store(dst);
                    }
                }
            }
        }
        return;
    }
    let sums = (&raw const sums).cast::<V::Element>();
    for i in 0..tile.rows {
        for j in 0..tile.cols {
            // SAFETY: registers are their elements in order; an element of the tile.
            unsafe {
                let sum = *sums.add(i * M * V::LANES + j);
                let dst = tile.dst.offset(i as isize * down + j as isize * right);
                *dst = if tile.add { Ring::add(*dst, sum) } else { sum };
            }
        }
    }
}

/// As [`real`], of complex numbers.
///
/// # Safety
/// As for [`Micro::run`].
#[inline(always)]
unsafe fn complex<V: Signed, const M: usize, const N: usize>(tile: &Tile<Complex<V::Element>>)
where
    Complex<V::Element>: Ring,
{
    // SAFETY: the caller's promise.
    unsafe {
        match tile.cols.div_ceil(V::LANES) {
            1 => complex_tile::<V, 1, N>(tile, M),
            _ => complex_tile::<V, M, N>(tile, M),
        }
    }
}

/// As [`real_sums`] and [`write`].
///
/// # Safety
/// As for [`Micro::run`].
#[inline(always)]
unsafe fn complex_tile<V: Signed, const M: usize, const N: usize>(
    tile: &Tile<Complex<V::Element>>,
    all: usize,
) where
    Complex<V::Element>: Ring,
{
    let (mut re, mut im) = ([[V::zero(); M]; N], [[V::zero(); M]; N]);
    let (mut a, mut b) = (tile.a, tile.b.cast::<V::Element>());
    prefetch(tile.dst, tile.strides, [tile.rows, tile.cols]);
    for _ in 0..tile.depth {
        prefetch_later(a.wrapping_add(N * tile.depth));
        // SAFETY: a group of each packed operand.
        unsafe {
            let (mut re_cols, mut im_cols) = ([V::zero(); M], [V::zero(); M]);
            for m in 0..M {
                re_cols[m] = V::load(b.add(m * V::LANES));
                im_cols[m] = V::load(b.add((all + m) * V::LANES));
            }
            for (n, (re, im)) in re.iter_mut().zip(&mut im).enumerate() {
                let row = *a.add(n);
                let (re_row, im_row) = (V::splat(row.re), V::splat(row.im));
                for m in 0..M {
                    re[m] = re_cols[m].mul_add(re_row, re[m]);
                    im[m] = im_cols[m].mul_add(re_row, im[m]);
                }
                for m in 0..M {
                    re[m] = im_cols[m].mul_sub(im_row, re[m]);
                    im[m] = re_cols[m].mul_add(im_row, im[m]);
                }
            }
        }
        (a, b) = (a.wrapping_add(N), b.wrapping_add(2 * all * V::LANES));
    }
    let (re, im) = ((&raw const re).cast::<V::Element>(), (&raw const im).cast::<V::Element>());
    for i in 0..tile.rows {
        for j in 0..tile.cols {
            // SAFETY: registers are their elements in order; an element of the tile.
            unsafe {
                let at = i * M * V::LANES + j;
                let sum = Complex::new(*re.add(at), *im.add(at));
                let dst = tile.dst.offset(i as isize * tile.strides[0] + j as isize * tile.strides[1]);
                *dst = if tile.add { Ring::add(*dst, sum) } else { sum };
            }
        }
    }
}
