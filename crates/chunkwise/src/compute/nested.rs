//! Structures of arrays: references, slices, vectors, arrays, options and tuples.

use super::{Compute, Roots, Values};

impl<C: Compute + ?Sized> Compute for &C {
    type Output = C::Output;

    fn roots(&self, roots: &mut Roots) {
        (**self).roots(roots);
    }

    fn collect(&self, values: &mut Values) -> C::Output {
        (**self).collect(values)
    }
}

impl<C: Compute> Compute for [C] {
    type Output = Vec<C::Output>;

    fn roots(&self, roots: &mut Roots) {
        self.iter().for_each(|part| part.roots(roots));
    }

    fn collect(&self, values: &mut Values) -> Vec<C::Output> {
        self.iter().map(|part| part.collect(values)).collect()
    }
}

impl<C: Compute> Compute for Vec<C> {
    type Output = Vec<C::Output>;

    fn roots(&self, roots: &mut Roots) {
        self[..].roots(roots);
    }

    fn collect(&self, values: &mut Values) -> Vec<C::Output> {
        self[..].collect(values)
    }
}

impl<C: Compute, const N: usize> Compute for [C; N] {
    type Output = [C::Output; N];

    fn roots(&self, roots: &mut Roots) {
        self[..].roots(roots);
    }

    fn collect(&self, values: &mut Values) -> [C::Output; N] {
        self.each_ref().map(|part| part.collect(values))
    }
}

impl<C: Compute> Compute for Option<C> {
    type Output = Option<C::Output>;

    fn roots(&self, roots: &mut Roots) {
        self.iter().for_each(|part| part.roots(roots));
    }

    fn collect(&self, values: &mut Values) -> Option<C::Output> {
        self.as_ref().map(|part| part.collect(values))
    }
}

macro_rules! tuples {
    ($(($($C:ident $i:tt),*);)*) => {$(
        impl<$($C: Compute),*> Compute for ($($C,)*) {
            type Output = ($($C::Output,)*);

            fn roots(&self, roots: &mut Roots) {
                $(self.$i.roots(roots);)*
            }

            fn collect(&self, values: &mut Values) -> Self::Output {
                ($(self.$i.collect(values),)*)
            }
        }
    )*};
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}
