//! Every reduction of every type, over every choice of axes.

use chunkwise_core::{AxisMap, DType, Scalar, View};
use chunkwise_expr::Expr;
use chunkwise_expr::ops::{REDUCTIONS, Reduced};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_tests::{Order, Rng, Setting, Tolerance, Values, chunkings, edges, evaluate, small};
use ndarray::{ArrayD, Slice};

use crate::Failures;

/// Every subset of the axes of an array of `ndim`.
fn subsets(ndim: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1usize << ndim).map(move |bits| (0..ndim).filter(|k| bits >> k & 1 == 1).collect())
}

/// Rounding errors of a reduction grow with the depth of its tree at most.
fn accepts(computed: Scalar, value: Scalar, scale: f64) -> bool {
    let tolerance = if scale == 0.0 { Tolerance::Value } else { Tolerance::Near { ulps: 16.0, scale } };
    tolerance.accepts(computed, value)
}

/// Compares one computed reduction with its cells.
fn compare(computed: &Values, cells: &[Reduced], shape: &[usize]) -> Result<(), String> {
    if computed.shape != shape {
        return Err(format!("shape {:?}, expected {shape:?}", computed.shape));
    }
    for (i, (&computed, cell)) in computed.elements.iter().zip(cells).enumerate() {
        match *cell {
            Reduced::Value(value, scale) if accepts(computed, value, scale) => {}
            other => return Err(format!("cell {i}: computed {computed:?}, expected {other:?}")),
        }
    }
    Ok(())
}

fn reduced_shape(shape: &[usize], axes: &[usize], keep: bool) -> Vec<usize> {
    let axis = |(k, &n): (usize, &usize)| match (axes.contains(&k), keep) {
        (false, _) => Some(n),
        (true, keep) => keep.then_some(1),
    };
    shape.iter().enumerate().filter_map(axis).collect()
}

/// A view of a result that leaves elements out, goes backwards and turns axes round, and the cells that it shows.
fn turned(shape: &[usize]) -> (View, Vec<usize>) {
    let mut view = View::identity(shape);
    for (k, &n) in shape.iter().enumerate() {
        let axis = shape.len() - 1 - k;
        view.shape[axis] = n.div_ceil(2);
        view.source[k] = AxisMap { axis: Some(axis), start: n.saturating_sub(1), step: -2 };
    }
    let numbers: Vec<usize> = (0..shape.iter().product()).collect();
    let numbers = ArrayD::from_shape_vec(shape, numbers).expect("as many as the shape says");
    let cells = numbers.slice_each_axis(|_| Slice::new(0, None, -2)).reversed_axes();
    (view, cells.iter().copied().collect())
}

/// Checks all reductions in `group` of one array over one choice of axes: those that have a value in one
/// computation, views of them in another, the others alone.
fn check(values: &Values, axes: &[usize], case: usize, group: fn(ReduceOp) -> bool, failures: &mut Failures) {
    let chunkings = chunkings(&values.shape, case as u64);
    let chunks = &chunkings[case % chunkings.len()];
    let order = Order::ALL[case % 3];
    let keep = case % 2 == 1;
    let shape = reduced_shape(&values.shape, axes, keep);
    let x = values.expr(chunks, order);
    let setting = if values.elements.len() > 10_000 { Setting::usual() } else { Setting::nth(case) };
    let lanes = values.lanes(axes);
    let mut together = Vec::new();
    for definition in REDUCTIONS.iter().filter(|d| d.operands.contains(values.dtype)) {
        for &op in definition.instances.iter().filter(|&&op| group(op)) {
            let name = format!(
                "{op:?} of {} over {axes:?}, chunks {chunks:?}, {order:?}, {setting:?}",
                values.dtype
            );
            let cells: Vec<Reduced> =
                lanes.iter().map(|lane| (definition.reference)(op, values.dtype, lane)).collect();
            let built = x.reduce(op, axes, keep);
            if !cells.contains(&Reduced::NoValue) {
                match built {
                    Ok(expr) => together.push((name, cells, expr)),
                    Err(error) => failures.note(Err(format!("{name}: {error}"))),
                }
                continue;
            }
            failures.note(match built.map(|expr| evaluate(&[expr], setting)) {
                Ok(Ok(computed)) => Err(format!("{name} has no value, but gives {:?}", computed[0].elements)),
                Ok(Err(_)) | Err(_) => Ok(()),
            });
        }
    }
    let (view, shown) = turned(&shape);
    let viewed: Vec<(String, Vec<Reduced>, Expr)> = together
        .iter()
        .map(|(name, cells, expr)| {
            let cells = shown.iter().map(|&cell| cells[cell]).collect();
            (format!("a view of {name}"), cells, expr.view(view.clone()))
        })
        .collect();
    for (group, shape) in [(together, &shape[..]), (viewed, &view.shape[..])] {
        let roots: Vec<Expr> = group.iter().map(|(_, _, expr)| expr.clone()).collect();
        match evaluate(&roots, setting) {
            Ok(computed) => {
                for (computed, (name, cells, _)) in computed.iter().zip(&group) {
                    failures.note(compare(computed, cells, shape).map_err(|why| format!("{name}: {why}")));
                }
            }
            Err(error) => failures.note(Err(format!(
                "{} over {axes:?}, chunks {chunks:?}, {setting:?}: {error}",
                values.dtype
            ))),
        }
    }
}

fn check_dtypes(accept: fn(DType) -> bool) {
    let mut failures = Failures::default();
    let mut case = 0;
    for dtype in DType::ALL.into_iter().filter(|&t| accept(t)) {
        let mut rng = Rng::new(dtype as u64);
        for (shape, nan_every) in
            [(vec![5, 7, 6], 0), (vec![4, 3, 5], 2), (vec![67], 5), (vec![3, 40], 0), (vec![], 0)]
        {
            let len = shape.iter().product();
            let values = Values::new(dtype, &shape, small(dtype, len, nan_every, &mut rng));
            for axes in subsets(shape.len()) {
                for _ in 0..3 {
                    case += 1;
                    check(&values, &axes, case, |_| true, &mut failures);
                }
            }
        }
    }
    failures.finish();
}

#[test]
fn reductions_of_bool_and_signed_integers() {
    check_dtypes(|t| t.is_bool() || t.is_signed_integer());
}

#[test]
fn reductions_of_unsigned_integers() {
    check_dtypes(DType::is_unsigned_integer);
}

#[test]
fn reductions_of_floats() {
    check_dtypes(DType::is_float);
}

#[test]
fn reductions_of_complex_numbers() {
    check_dtypes(DType::is_complex);
}

#[test]
fn reductions_of_nothing() {
    let mut failures = Failures::default();
    let mut case = 0;
    for dtype in DType::ALL {
        for shape in [vec![0], vec![3, 0], vec![0, 4, 2], vec![0, 0]] {
            let values = Values::new(dtype, &shape, vec![]);
            for axes in subsets(shape.len()) {
                case += 1;
                check(&values, &axes, case, |_| true, &mut failures);
            }
        }
    }
    failures.finish();
}

/// Lanes of many leaves of the summation tree, in units of the engine's own size.
#[test]
fn reductions_of_long_lanes() {
    let mut failures = Failures::default();
    for (case, dtype) in
        [DType::Bool, DType::I16, DType::U64, DType::F32, DType::F64, DType::C32].into_iter().enumerate()
    {
        let mut rng = Rng::new(case as u64);
        for (shape, nan_every) in [(vec![90_000], 0), (vec![211, 307], 1000)] {
            let len = shape.iter().product();
            let values = Values::new(dtype, &shape, small(dtype, len, nan_every, &mut rng));
            for (i, axes) in subsets(shape.len()).filter(|axes| !axes.is_empty()).enumerate() {
                check(&values, &axes, case + i, |_| true, &mut failures);
            }
        }
    }
    failures.finish();
}

/// Extrema, indices and truth values do not round, so they are right for values of any size.
#[test]
fn extrema_of_edges() {
    let exact = |op: ReduceOp| {
        use ReduceOp::*;
        matches!(
            op,
            Min | Max | NanMin | NanMax | ArgMin | ArgMax | NanArgMin | NanArgMax | Any | All | CountNonzero
        )
    };
    let mut failures = Failures::default();
    for (case, dtype) in DType::ALL.into_iter().enumerate() {
        let mut rng = Rng::new(case as u64);
        let edges = edges(dtype);
        for (i, axes) in subsets(2).enumerate() {
            let elements = (0..130).map(|_| *rng.pick(&edges)).collect();
            let values = Values::new(dtype, &[13, 10], elements);
            check(&values, &axes, case + i, exact, &mut failures);
        }
    }
    failures.finish();
}
