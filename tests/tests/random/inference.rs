//! What callers need not say: literals are `f64`, and results have methods at once.

use chunkwise::prelude::*;
use ndarray::{Axis, s};

#[test]
fn literals_are_enough() -> chunkwise::Result<()> {
    let mut rng = Generator::seeded(42);
    let x = rng.random((50, 50))?;
    let y = (&x * 2.0 + x.cos()).sum_axis(Axis(0))?;
    let corner = x.slice(s![..;2, ..10])?;
    assert_eq!((y.len(), corner.dim()), (50, (25, 10)));
    assert!((x.mean().scalar()? - 0.5).abs() < 0.03);
    assert!((rng.normal(5.0, 1.0, 2500)?.mean().scalar()? - 5.0).abs() < 0.1);
    assert!((rng.uniform(0.0, 4.0, 2500)? - 2.0).mean().scalar()?.abs() < 0.2);
    let mean: f64 = rng.integers(0..100, (50, 50))?.mean().scalar()?;
    assert!((mean - 49.5).abs() < 3.0);
    let single = rng.floats::<f32>().normal(1.0, 0.5, 10)? * 2.0;
    assert!(single.max().scalar()? < 10.0);
    assert_eq!((rng.poisson(3.0, 5)?.sum() + 1_i64).dtype(), DType::I64);
    Ok(())
}
