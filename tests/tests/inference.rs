//! What the compiler infers of the public interface: ascribed types are the assertions, values come second.

use chunkwise::prelude::*;
use chunkwise::{Chunked, ReshapeTo, ndarray, num_complex};
use ndarray::{
    Array0, Array1, Array2, Axis, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, IxDyn, NewAxis, RemoveAxis, array, s,
};
use num_complex::Complex;

type C64 = Complex<f64>;

#[test]
fn shapes_and_chunk_specs() -> chunkwise::Result<()> {
    let a = ChunkedArray::<f32, _>::zeros((100, 100).chunked((10, 10)))?;
    let _: &ChunkedArray<f32, Ix2> = &a;
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::zeros((3, 4))?;
    let _: ChunkedArray<f64, Ix1> = ChunkedArray::zeros(4)?;
    let _: ChunkedArray<f64, Ix1> = ChunkedArray::zeros((4,))?;
    let _: ChunkedArray<f64, Ix0> = ChunkedArray::zeros(())?;
    let _: ChunkedArray<f64, Ix3> = ChunkedArray::zeros([2, 3, 4])?;
    let _: ChunkedArray<f64, IxDyn> = ChunkedArray::zeros(vec![2, 3, 4])?;
    let _: ChunkedArray<f64, IxDyn> = ChunkedArray::zeros(IxDyn(&[2, 3]))?;
    let _: ChunkedArray<f64, IxDyn> = ChunkedArray::zeros(a.shape())?;
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::zeros(a.raw_dim())?;
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::zeros(a.dim())?;

    let chunks = |shape: Chunked<Ix2>| ChunkedArray::<f32, _>::zeros(shape).map(|x| x.chunks());
    assert_eq!(chunks((100, 100).chunked(60))?, [[60, 40], [60, 40]]);
    assert_eq!(chunks((100, 100).chunked(Auto))?, [[100], [100]]);
    assert_eq!(chunks((100, 100).chunked(Full))?, [[100], [100]]);
    assert_eq!(chunks((100, 100).chunked(bytes("10 kB")))?, [[50, 50], [50, 50]]);
    assert_eq!(chunks((100, 100).chunked((50, Full)))?, [vec![50, 50], vec![100]]);
    assert_eq!(chunks((100, 100).chunked(([30, 30, 40], Auto)))?, [vec![30, 30, 40], vec![100]]);
    assert_eq!(chunks((100, 100).chunked((vec![30, 70], bytes("64 KiB"))))?, [vec![30, 70], vec![100]]);
    assert_eq!(chunks((100, 100).chunked([[30, 70], [50, 50]]))?, [[30, 70], [50, 50]]);
    assert_eq!(chunks([100, 100].chunked((&vec![30, 70][..], Auto)))?, [vec![30, 70], vec![100]]);
    let _ = ChunkedArray::<f32, _>::zeros(100.chunked(10))?;
    let _ = ChunkedArray::<f32, _>::zeros((100,).chunked(([50, 50],)))?;
    let _ = ChunkedArray::<f32, _>::zeros(vec![10, 20].chunked((5, Full)))?;
    let _ = ChunkedArray::<f32, _>::zeros(vec![10, 20].chunked(vec![5, 5]))?;
    let _ = ChunkedArray::<f32, _>::zeros((1, 2, 3, 4, 5, 6).chunked((1, 1, 1, Auto, Full, 6)))?;
    let _ = a.rechunk(a.chunks())?.rechunk((50, Full))?;

    fn any_dimension<D: Dimension>(dim: D) -> chunkwise::Result<ChunkedArray<f64, D>> {
        let entries = vec![5usize; dim.ndim()];
        ChunkedArray::zeros(dim.clone().chunked(entries))?.rechunk(Auto)
    }
    fn any_shape<Sh: IntoShape>(shape: Sh) -> chunkwise::Result<ChunkedArray<f64, Sh::Dim>> {
        ChunkedArray::zeros(shape)
    }
    let _: ChunkedArray<f64, Ix2> = any_dimension(ndarray::Ix2(3, 4))?;
    let _: ChunkedArray<f64, Ix2> = any_shape((3, 4).chunked((1, Auto)))?;
    // The method on shapes does not shadow the one on slices.
    assert_eq!([1, 2, 3, 4].chunks(2).count() + Vec::from([1usize, 2, 3]).chunks(2).count(), 4);
    Ok(())
}

#[test]
fn creation() -> chunkwise::Result<()> {
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::eye(5)?;
    let _: ChunkedArray<i64, Ix1> = ChunkedArray::arange(0..10)?;
    let _: ChunkedArray<f32, Ix1> = ChunkedArray::linspace(0.0, 1.0, 5)?;
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::full((3, 4), 2.0)?;
    let _: ChunkedArray<f64, Ix2> = ChunkedArray::from_shape_fn((4, 5), |(i, j)| (i + j) as f64)?;
    let _: ChunkedArray<f64, Ix1> = ChunkedArray::from_shape_fn(4, |i| i as f64)?;
    let _: ChunkedArray<f64, IxDyn> = ChunkedArray::from_shape_fn(vec![4, 5], |i| i[0] as f64)?;
    let _: ChunkedArray<i32, Ix2> = ChunkedArray::from_array(array![[1, 2], [3, 4]], (1, Full))?;
    let _: ChunkedArray<f64, Ix1> = ChunkedArray::from_array(array![1.0, 2.0].view(), 1)?;
    let _: ChunkedArray<f64, Ix1> = ChunkedArray::from_array(array![1.0, 2.0].into_shared(), Auto)?;
    let w = ChunkedArray::full((3, 4), 2.0)?;
    let sum: f64 = (&w * 2.0).sum().scalar()?;
    assert_eq!(sum, 48.0);
    Ok(())
}

#[test]
fn operators() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::full((3, 4), 2.0)?;
    let y = ChunkedArray::<f64, _>::full((3, 4), 3.0)?;
    let row = ChunkedArray::<f64, _>::ones(4)?;
    let dynamic = y.clone().into_dyn();
    let _: ChunkedArray<f64, Ix2> = &x + &y;
    let _: ChunkedArray<f64, Ix2> = x.clone() + &y;
    let _: ChunkedArray<f64, Ix2> = &x + y.clone();
    let _: ChunkedArray<f64, Ix2> = x.clone() + y.clone();
    let _: ChunkedArray<f64, Ix2> = &x + &row;
    let _: ChunkedArray<f64, Ix2> = &row + &x;
    let _: ChunkedArray<f64, IxDyn> = &row + &dynamic;
    let _: ChunkedArray<f64, Ix2> = &x - x.mean();
    let _: ChunkedArray<f64, Ix2> = &x * 2.0;
    let _: ChunkedArray<f64, Ix2> = 2.0 * &x;
    let _: ChunkedArray<f64, Ix2> = 1.0 / (1.0 + (-&x).exp());
    let _ = (&x * 2.0 - 1.0) % 3.0 / 2.0;
    let mut sum = x.clone();
    sum += &y;
    sum += y.clone();
    sum *= 2.0;
    sum -= &row;
    sum += array![0.0, 1.0, 2.0, 3.0];
    assert_eq!(sum.slice(s![0, 1])?.scalar()?, 16.0);

    let f = ChunkedArray::<f32, _>::ones(3)?;
    let _: ChunkedArray<f32, Ix1> = 2.0 * &f;
    let _: ChunkedArray<f32, Ix1> = &f * 2.0 + 1.0;
    let i = ChunkedArray::<u8, _>::ones(3)?;
    let _: ChunkedArray<u8, Ix1> = 200 - &i;
    let _: ChunkedArray<u8, Ix1> = (&i + 1) & 0x0f | 1;
    let _: ChunkedArray<u8, Ix1> = !&i << 1 >> &i;
    let b = i.gt(0)?;
    let _: ChunkedArray<bool, Ix1> = !&b & (&b | true) ^ i.eq(&i)?;
    let c = ChunkedArray::<C64, _>::ones(3)?;
    let _: ChunkedArray<C64, Ix1> = &c * C64::i();
    let _: ChunkedArray<C64, Ix1> = C64::i() * &c;
    let _: ChunkedArray<C64, Ix1> = 2.0 * &c * 3.0 + 1.0;
    let _: ChunkedArray<bool, Ix1> = c.eq(1.0)?;
    let _: ChunkedArray<f64, Ix1> = c.re();
    let _: ChunkedArray<f64, Ix1> = c.abs();
    let _: ChunkedArray<u8, Ix1> = i.abs();
    let c = ChunkedArray::<Complex<f32>, _>::ones(3)?;
    let _: ChunkedArray<Complex<f32>, Ix1> = 2.0 * &c * 3.0 + 1.0;

    // Ordinary arrays on either side; their own operators still infer.
    let a = Array2::<f64>::ones((3, 4));
    let _: ChunkedArray<f64, Ix2> = &x + &a;
    let _: ChunkedArray<f64, Ix2> = &a + &x;
    let _: ChunkedArray<f64, Ix2> = a.clone() * x.clone();
    let _: ChunkedArray<f64, Ix2> = &x + a.row(0);
    let _: Array2<f64> = &a + &a;
    let _: Array2<f64> = 2.0 * &a + 1.0;
    let _: ChunkedArray<f64, Ix2> = x.try_add(&a)?.try_mul(2.0)?;
    let _: ChunkedArray<f64, Ix2> = &x + &f.cast::<f64>().slice(s![0..1])?;

    // Generic code needs no more than the class of the elements.
    fn twice<A: Number, D: Dimension>(x: &ChunkedArray<A, D>) -> ChunkedArray<A, D> {
        x + x
    }
    fn add<A: Number, D: Dimension>(x: &ChunkedArray<A, D>, s: A) -> ChunkedArray<A, D> {
        x + s
    }
    fn standardised<A: Real, D: Dimension>(x: &ChunkedArray<A, D>) -> ChunkedArray<A, D> {
        (x - x.mean()) / x.std(0.0)
    }
    fn above<A: Ordered, D: Dimension>(
        x: &ChunkedArray<A, D>,
        s: A,
    ) -> chunkwise::Result<ChunkedArray<bool, D>> {
        x.gt(s)
    }
    fn polynomial<T>(x: &T) -> T
    where
        for<'a> &'a T: std::ops::Mul<&'a T, Output = T> + std::ops::Add<&'a T, Output = T>,
    {
        &(x * x) + x
    }
    let _: (ChunkedArray<f32, Ix1>, ChunkedArray<f64, Ix2>) = (twice(&f), add(&x, 1.0));
    let _: (ChunkedArray<f32, Ix1>, ChunkedArray<bool, Ix2>) = (standardised(&f), above(&x, 1.0)?);
    let _: (ChunkedArray<f64, Ix2>, Array2<f64>, f64) = (polynomial(&x), polynomial(&a), polynomial(&2.0));
    Ok(())
}

#[test]
fn slices() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::zeros((6, 8))?;
    let _: ChunkedArray<f64, Ix2> = x.slice(s![..;2, ..])?;
    let _: ChunkedArray<f64, Ix1> = x.slice(s![0, ..])?;
    let _: ChunkedArray<f64, Ix0> = x.slice(s![0, -1])?;
    let _: ChunkedArray<f64, Ix4> = x.slice(s![NewAxis, .., NewAxis, ..;-1])?;
    let i = 3usize;
    let _: ChunkedArray<f64, Ix1> = x.slice(s![i, 1..=i])?;
    let dynamic = x.clone().into_dyn();
    let _: ChunkedArray<f64, Ix1> = dynamic.slice(s![0, ..])?;
    let info = s![0, ..];
    let _: ChunkedArray<f64, Ix1> = x.slice(&info)?;
    let elements: Vec<ndarray::SliceInfoElem> = vec![(0..2).into(), 1.into()];
    let _: ChunkedArray<f64, IxDyn> = dynamic.slice(&elements[..])?;
    assert!(dynamic.slice(s![0]).is_err());
    let _: ChunkedArray<f64, Ix1> = x.index_axis(Axis(0), 1)?;
    let _: ChunkedArray<f64, Ix3> = x.insert_axis(Axis(2))?;
    let _: ChunkedArray<f64, Ix3> = x.broadcast((2, 6, 8))?;
    let _: ChunkedArray<f64, Ix2> = concatenate(Axis(0), &[&x, &x])?;
    let _: ChunkedArray<f64, Ix2> = concatenate(Axis(0), &[x.clone(), x.clone()])?;
    let _: ChunkedArray<f64, Ix3> = stack(Axis(0), &[&x, &x])?;
    Ok(())
}

#[test]
fn reshapes() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::zeros((10, 12))?;
    let _: ChunkedArray<f64, Ix3> = x.reshape((10, Auto, 4))?;
    let _: ChunkedArray<f64, Ix3> = x.reshape((10, 3, 4))?;
    let _: ChunkedArray<f64, Ix2> = x.reshape([12, 10])?;
    let _: ChunkedArray<f64, Ix1> = x.reshape(120)?;
    let _: ChunkedArray<f64, Ix1> = x.reshape(Auto)?;
    let _: ChunkedArray<f64, Ix1> = x.ravel();
    let _: ChunkedArray<f64, Ix2> = x.reshape((12, 10).chunked((5, Full)))?;
    let _: ChunkedArray<f64, Ix2> = x.reshape(x.raw_dim())?;
    let _: ChunkedArray<f64, IxDyn> = x.reshape(vec![3, 40])?;
    let _: ChunkedArray<f64, IxDyn> = x.reshape(x.shape())?;
    fn any_shape<S: ReshapeTo>(
        x: &ChunkedArray2<f64>,
        shape: S,
    ) -> chunkwise::Result<ChunkedArray<f64, S::Dim>> {
        x.reshape(shape)
    }
    let _: ChunkedArray<f64, Ix4> = any_shape(&x, (2, 5, Auto, 3))?;
    Ok(())
}

#[test]
fn reductions() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f32, _>::ones((2, 3, 4))?;
    let _: ChunkedArray<f32, Ix0> = x.sum();
    let _: ChunkedArray<f32, Ix2> = x.sum_axis(Axis(0))?;
    let _: ChunkedArray<f32, Ix1> = x.sum_axis([Axis(0), Axis(2)])?;
    let _: ChunkedArray<f32, Ix1> = x.sum_axis(&[Axis(0), Axis(2)])?;
    let _: ChunkedArray<f32, Ix0> = x.sum_axis([Axis(0), Axis(2), Axis(1)])?;
    let _: ChunkedArray<f32, Ix3> = x.sum_axis([])?;
    let _: ChunkedArray<f32, IxDyn> = x.sum_axis(vec![Axis(0), Axis(2)])?;
    let _: ChunkedArray<f32, IxDyn> = x.sum_axis(&[Axis(0), Axis(2)][..])?;
    let kept: ChunkedArray<f32, Ix3> = x.sum_axis(keep([Axis(0), Axis(2)]))?;
    assert_eq!(kept.shape(), [1, 3, 1]);
    let _: ChunkedArray<f32, Ix3> = &x - x.mean_axis(keep(Axis(1)))?;
    let i = ChunkedArray::<u8, _>::full((3, 3), 200)?;
    assert_eq!(i.sum().scalar()?, 1800u64);
    assert_eq!(i.mean().scalar()?, 200.0f64);
    assert_eq!(i.gt(100)?.sum().scalar()?, 9i64);
    assert_eq!(i.max().scalar()?, 200u8);
    let c = ChunkedArray::<C64, _>::ones(3)?;
    let _: (C64, C64, f64) = (c.sum().scalar()?, c.mean().scalar()?, c.std(1.0).scalar()?);

    fn total<A: Element, D: Dimension>(x: &ChunkedArray<A, D>) -> chunkwise::Result<A::Sum> {
        x.sum().sum().scalar()
    }
    fn centred<A: Inexact, D: RemoveAxis>(x: &ChunkedArray<A, D>) -> chunkwise::Result<ChunkedArray<A, D>> {
        Ok(x - x.mean_axis(keep(Axis(0)))?)
    }
    fn columns<A: Real, D: RemoveAxis>(
        x: &ChunkedArray<A, D>,
    ) -> chunkwise::Result<ChunkedArray<A, D::Smaller>> {
        Ok(x.sum_axis(Axis(0))? / A::one())
    }
    fn distance<A: Real>(x: &ChunkedArray1<A>, y: &ChunkedArray1<A>) -> chunkwise::Result<A> {
        Ok((x - y).square().sum().scalar()?.sqrt())
    }
    assert_eq!(total(&i)?, 1800u64);
    let _: (ChunkedArray<f32, Ix3>, ChunkedArray<C64, Ix1>) = (centred(&x)?, centred(&c)?);
    let _: ChunkedArray<f32, Ix2> = columns(&x)?;
    assert_eq!(distance(&ChunkedArray::<f64, _>::ones(4)?, &ChunkedArray::zeros(4)?)?, 2.0);
    Ok(())
}

#[test]
fn computing() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((2, 3))?;
    let a: Array2<f64> = x.compute()?;
    assert_eq!(a, Array2::<f64>::ones((2, 3)));
    let (p, r): (Array2<f64>, Array0<f64>) = compute((&x, x.sum()))?;
    assert_eq!((p[[0, 0]], r[()]), (1.0, 6.0));
    let rows: Vec<ChunkedArray1<f64>> =
        (0..3).map(|i| Ok(x.sum_axis(Axis(0))? * f64::from(i))).collect::<chunkwise::Result<_>>()?;
    let v: Vec<Array1<f64>> = compute(&rows)?;
    assert_eq!(v[2], array![4.0, 4.0, 4.0]);
    let v: Vec<Array2<f64>> = compute(&[x.clone(), x.clone()][..])?;
    assert_eq!(v[0], v[1]);
    let [lo, hi] = compute([x.min(), x.max()])?;
    assert_eq!(lo, hi);
    let (o, (n, w)) = compute((Some(&x), (None::<&ChunkedArray2<f64>>, x.max().value())))?;
    assert_eq!((o.is_some(), n.is_none(), w), (true, true, 1.0));
    let dynamic = x.sum_axis(vec![Axis(0), Axis(1)])?;
    assert_eq!(dynamic.into_dimensionality::<Ix0>()?.scalar()?, 6.0);
    fn twice<C: Compute + Clone>(c: C) -> chunkwise::Result<(C::Output, C::Output)> {
        compute((c.clone(), c))
    }
    let (a, b): (Array2<f64>, Array2<f64>) = twice(&x)?;
    assert_eq!(a, b);
    Ok(())
}

#[test]
fn names_shared_with_std() -> chunkwise::Result<()> {
    // Inherent methods win as long as the type has no PartialEq, PartialOrd, Ord or Iterator.
    let x = ChunkedArray::<f64, _>::ones((2, 3))?;
    let (r, rr) = (&x, &&x);
    let _: [ChunkedArray<bool, Ix2>; 3] = [x.gt(0.5)?, r.lt(&x)?, rr.eq(x.clone())?];
    let boxed = Box::new(x.clone());
    let _: [ChunkedArray<f64, Ix0>; 2] = [r.min(), rr.max()];
    let _: ChunkedArray<bool, Ix2> = boxed.eq(1.0)?;
    let _: ChunkedArray<f64, Ix0> = std::sync::Arc::new(x.clone()).max();
    let _: ChunkedArray<f64, Ix2> = x.gt(0.5)?.select(&x, 0.0)?;
    let _: ChunkedArray<f64, Ix2> = x.maximum(0.0)?.maximum(&x.sum())?;
    let _: ChunkedArray<bool, Ix2> = x.gt(&Array2::<f64>::ones((2, 3)))?;
    let _: ChunkedArray<i32, Ix2> = x.mapv(|v| v as i32);
    let _: ChunkedArray<f64, Ix2> = x.mapv(f64::sin);
    let _: ChunkedArray<f64, Ix2> = x.map2(&x, f64::hypot)?;
    Ok(())
}

#[test]
fn handles_travel_between_threads() {
    fn travels<T: Send + Sync + Clone + 'static>() {}
    travels::<ChunkedArray<f64, Ix2>>();
    travels::<ChunkedArrayD<C64>>();
    travels::<Config>();
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<chunkwise::Error>();
}
