//! What a reduction keeps for one group of elements, and how groups lie in memory: one array per field.

use chunkwise_core::{DType, Element};

/// The state of one group of elements: a tuple of fields.
///
/// In memory every field is an array of its own, so that loops over neighbouring cells work on whole vectors.
pub(super) trait Cell: Copy + 'static {
    /// Types of the fields.
    const FIELDS: &'static [DType];
    /// Neighbouring cells of a state, one slice per field, all of one length.
    type Row<'a>;
    /// Copies of `W` cells, one array per field.
    type Lanes<const W: usize>;

    /// Cell `i` of a row.
    fn get(row: &Self::Row<'_>, i: usize) -> Self;
    /// Replaces cell `i` of a row.
    fn set(row: &mut Self::Row<'_>, i: usize, cell: Self);

    /// `W` copies of this cell.
    fn splat<const W: usize>(self) -> Self::Lanes<W>;
    /// All lanes as a row.
    fn row<const W: usize>(lanes: &mut Self::Lanes<W>) -> Self::Row<'_>;

    /// The `len` cells from `at` on.
    ///
    /// # Safety
    /// `fields` must point to arrays of the types of [`Cell::FIELDS`], which are initialised in this range and
    /// accessed by nothing else while the row lives.
    unsafe fn at<'a>(fields: &Fields, at: usize, len: usize) -> Self::Row<'a>;
}

/// Where each field of a state begins.
pub(super) type Fields = [*mut u8; 4];

macro_rules! cell {
    ($($T:ident $i:tt),*) => {
        impl<$($T: Element),*> Cell for ($($T,)*) {
            const FIELDS: &'static [DType] = &[$($T::DTYPE),*];
            type Row<'a> = ($(&'a mut [$T],)*);
            type Lanes<const W: usize> = ($([$T; W],)*);

            #[inline(always)]
            fn get(row: &Self::Row<'_>, i: usize) -> Self {
                ($(row.$i[i],)*)
            }
            #[inline(always)]
            fn set(row: &mut Self::Row<'_>, i: usize, cell: Self) {
                $(row.$i[i] = cell.$i;)*
            }
            #[inline(always)]
            fn splat<const W: usize>(self) -> Self::Lanes<W> {
                ($([self.$i; W],)*)
            }
            #[inline(always)]
            fn row<const W: usize>(lanes: &mut Self::Lanes<W>) -> Self::Row<'_> {
                ($(&mut lanes.$i[..],)*)
            }
            #[inline(always)]
            unsafe fn at<'a>(fields: &Fields, at: usize, len: usize) -> Self::Row<'a> {
                // SAFETY: the caller's promise.
                unsafe { ($(std::slice::from_raw_parts_mut(fields[$i].cast::<$T>().add(at), len),)*) }
            }
        }
    };
}

cell!(A 0);
cell!(A 0, B 1);
cell!(A 0, B 1, C 2);
