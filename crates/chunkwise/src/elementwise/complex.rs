//! Parts of complex numbers. Real numbers count as complex ones without an imaginary part.

use chunkwise_core::{Element, Number, Real};
use chunkwise_kernels::{Binary, Unary};
use ndarray::{DimMax, Dimension};
use num_complex::Complex;

use super::unary_methods;
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

unary_methods! {
    /// Real parts.
    re [Number] -> A::Abs = Unary::Re, "[num_complex::Complex::new(3.0, 4.0)]" => "[3.0]";

    /// Imaginary parts.
    im [Number] -> A::Abs = Unary::Im, "[num_complex::Complex::new(3.0, 4.0)]" => "[4.0]";

    /// Complex conjugates.
    conj [Number] -> A = Unary::Conj, "[num_complex::Complex::new(3.0, 4.0)]"
        => "[num_complex::Complex::new(3.0, -4.0)]";

    /// Angles in the complex plane, between -π and π; of real numbers 0 or π.
    arg [Number] -> A::Real = Unary::Arg, "[1.0, -1.0]" => "[0.0, std::f64::consts::PI]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Complex numbers of these real parts and the given imaginary ones.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// # use num_complex::Complex;
    /// let x = ChunkedArray::from_array(array![1.0, 2.0], Auto)?;
    /// assert_eq!(x.complex(0.5)?.compute()?, array![Complex::new(1.0, 0.5), Complex::new(2.0, 0.5)]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn complex<R>(&self, im: R) -> Result<Broadcast<Complex<A>, D, R::Dim>>
    where
        A: Real,
        Complex<A>: Element,
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        self.binary(Binary::Complex, im)
    }
}
