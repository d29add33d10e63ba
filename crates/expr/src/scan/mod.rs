//! Building the nodes of scans.

mod selected;

use chunkwise_core::{Complex, DType, Error, Grid, Scalar, byte_len, dispatch};
use chunkwise_kernels::scan::ScanOp;
use chunkwise_kernels::{Op, Ternary, Unary};
use smallvec::smallvec;

use crate::node::{Kind, MetaRef};
use crate::{Expr, ExprError};

impl Expr {
    /// Running sums or products along an axis: each element becomes that of the elements up to and including it.
    ///
    /// The result has the dtype that sums and products have: 64-bit integers, which wrap, for integers and bool.
    ///
    /// # Errors
    /// An axis that does not exist, a result too large to address; [`ExprError::UnknownLength`] for complex products
    /// along an axis of unknown length.
    #[track_caller]
    pub fn scan(&self, op: ScanOp, axis: usize) -> Result<Expr, ExprError> {
        let ndim = self.shape().len();
        if axis >= ndim {
            return Err(Error::Axis { axis, ndim }.into());
        }
        if self.is_unknown() {
            return selected::scan(self, op, axis);
        }
        let dtype = self.dtype().sum();
        byte_len(self.shape(), dtype)?;
        let operand =
            if dtype == self.dtype() { self.clone() } else { Expr::elementwise(Op::Cast(dtype), &[self])? };
        if ndim > u64::BITS as usize {
            let why = format!("arrays of more than 64 axes cannot be scanned, this one has {ndim}");
            return Err(Error::Invalid { what: op.name(), why }.into());
        }
        let meta = MetaRef::new((**self.grid()).clone());
        Ok(Self::node(Kind::Scan { op, axis }, smallvec![operand.0], dtype, meta))
    }

    /// As [`Expr::scan`], with NaN as if it were not there.
    ///
    /// # Errors
    /// As for [`Expr::scan`].
    #[track_caller]
    pub fn scan_present(&self, op: ScanOp, axis: usize) -> Result<Expr, ExprError> {
        let dtype = self.dtype();
        if !dtype.is_float() && !dtype.is_complex() {
            return self.scan(op, axis);
        }
        let absent = Expr::elementwise(Op::Unary(Unary::IsNan), &[self])?;
        let nothing = identity(op, dtype);
        Expr::elementwise(Op::Ternary(Ternary::Select), &[&absent, &nothing, self])?.scan(op, axis)
    }
}

/// What changes no sum or product.
#[track_caller]
fn identity(op: ScanOp, dtype: DType) -> Expr {
    let one = op == ScanOp::Prod;
    let value = dispatch!(dtype, Integer, T => Scalar::new(T::from(one)), else match dtype {
        DType::F32 => Scalar::new(f32::from(one)),
        DType::F64 => Scalar::new(f64::from(one)),
        DType::C32 => Scalar::new(Complex::from(f32::from(one))),
        DType::C64 => Scalar::new(Complex::from(f64::from(one))),
        _ => Scalar::new(one),
    });
    Expr::fill(value, Grid::new([]))
}
