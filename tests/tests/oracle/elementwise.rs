//! Every instruction on every type it is defined for.

use chunkwise_core::{DType, Scalar};
use chunkwise_expr::ops::{Accuracy, ELEMENTWISE, ElementwiseDef};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::Op;
use chunkwise_tests::{Order, Rng, Setting, Tolerance, Values, chunkings, edges, evaluate, mixed};
use num_complex::Complex;

use crate::Failures;

/// Operands: every pair of edges where there are two, and `random` others, as arrays of two axes.
fn operands(definition: &ElementwiseDef, dtype: DType, random: usize) -> Vec<Values> {
    let types = definition.operand_types(dtype);
    let mut rng = Rng::new(dtype as u64 + 1);
    let mut columns: Vec<Vec<Scalar>> = match types.len() {
        1 => vec![edges(dtype)],
        2 => {
            let edges = edges(dtype);
            let first = edges.iter().flat_map(|&a| edges.iter().map(move |_| a)).collect();
            let second = edges.iter().flat_map(|_| edges.iter().copied()).collect();
            vec![first, second]
        }
        _ => types.iter().map(|&t| mixed(t, 300, &mut rng)).collect(),
    };
    let width = 17;
    for (column, &t) in columns.iter_mut().zip(&types) {
        let missing = random + (width - (column.len() + random) % width) % width;
        column.extend(mixed(t, missing, &mut rng));
    }
    let height = columns[0].len() / width;
    let values = columns.into_iter().zip(types);
    values.map(|(column, dtype)| Values::new(dtype, &[height, width], column)).collect()
}

/// How near the result has to be, or `None` where formulas that are equally right differ.
fn tolerance(definition: &ElementwiseDef, arguments: &[Scalar], expected: Scalar) -> Option<Tolerance> {
    let dtype = arguments[0].dtype();
    if dtype.is_complex()
        && expected.dtype().is_complex()
        && !is_finite(expected)
        && definition.name != "copy"
    {
        return None;
    }
    if definition.name == "mul_add" && dtype.is_float() && !is_finite(expected) {
        // Without an instruction for it, a product that overflows meets an infinite summand.
        return None;
    }
    Some(match definition.accuracy {
        // Cancellation leaves the rounding errors of the operands.
        Accuracy::Ulps(n) if definition.name == "logaddexp" => {
            Tolerance::Near { ulps: n.into(), scale: modulus(arguments[0]).max(modulus(arguments[1])) }
        }
        // What is left of a division has the rounding errors of what was divided.
        _ if dtype.is_complex() && definition.name == "rem" => {
            Tolerance::Near { ulps: 16.0, scale: modulus(arguments[0]) }
        }
        Accuracy::Ulps(n) if dtype.is_complex() => Tolerance::ulps(16.0 * f64::from(n)),
        _ if dtype.is_complex() && expected.dtype() != DType::Bool => Tolerance::ulps(8.0),
        Accuracy::Exact => Tolerance::Exact,
        Accuracy::Value => Tolerance::Value,
        Accuracy::Ulps(n) => Tolerance::ulps(n.into()),
    })
}

/// The absolute value of a float or complex number.
fn modulus(x: Scalar) -> f64 {
    match x.dtype() {
        DType::F32 => x.get::<f32>().map(|x| x.abs().into()),
        DType::F64 => x.get::<f64>().map(f64::abs),
        DType::C32 => x.get::<Complex<f32>>().map(|z| z.norm().into()),
        _ => x.get::<Complex<f64>>().map(|z| z.norm()),
    }
    .expect("a float or a complex number")
}

fn is_finite(x: Scalar) -> bool {
    modulus(x).is_finite()
}

fn check(definition: &ElementwiseDef, op: &Op, dtype: DType, case: usize) -> Result<(), String> {
    // Some arrays are longer than a tile of the kernels.
    let operands = operands(definition, dtype, if case.is_multiple_of(4) { 5000 } else { 100 });
    let shape = operands[0].shape.clone();
    let exprs: Vec<Expr> = operands
        .iter()
        .enumerate()
        .map(|(i, values)| {
            // Every operand in chunks and memory order of its own.
            let chunkings = chunkings(&shape, i as u64);
            values.expr(&chunkings[(case + 3 * i) % chunkings.len()], Order::ALL[(case + i) % 3])
        })
        .collect();
    let expr = Expr::elementwise(op.clone(), &exprs.iter().collect::<Vec<_>>()).map_err(|e| e.to_string())?;
    let setting = Setting::nth(case);
    let computed = evaluate(&[expr], setting).map_err(|e| format!("{op:?} of {dtype}: {e}"))?.remove(0);
    if computed.shape != shape {
        return Err(format!("{op:?} of {dtype}: shape {:?}, expected {shape:?}", computed.shape));
    }
    let mut wrong = Vec::new();
    for (i, &computed) in computed.elements.iter().enumerate() {
        let arguments: Vec<Scalar> = operands.iter().map(|values| values.elements[i]).collect();
        let expected = (definition.reference)(op, &arguments).expect("defined for this type");
        let near = tolerance(definition, &arguments, expected);
        if !near.is_none_or(|tolerance| tolerance.accepts(computed, expected)) {
            wrong.push(format!("{arguments:?} gives {computed:?}, expected {expected:?}"));
        }
    }
    match wrong.len() {
        0 => Ok(()),
        n => Err(format!(
            "{op:?} of {dtype}, case {case}, {setting:?}: {n} wrong, e.g. {}",
            wrong[..n.min(3)].join("; ")
        )),
    }
}

fn check_all(accept: fn(DType) -> bool) {
    let mut failures = Failures::default();
    let mut case = 0;
    for definition in ELEMENTWISE {
        for op in definition.instances {
            for dtype in DType::ALL.into_iter().filter(|&t| accept(t) && definition.operands.contains(t)) {
                for _ in 0..3 {
                    case += 1;
                    failures.note(check(definition, op, dtype, case));
                }
            }
        }
    }
    failures.finish();
}

#[test]
fn operations_of_bool_and_signed_integers() {
    check_all(|t| t.is_bool() || t.is_signed_integer());
}

#[test]
fn operations_of_unsigned_integers() {
    check_all(DType::is_unsigned_integer);
}

#[test]
fn operations_of_floats() {
    check_all(DType::is_float);
}

#[test]
fn operations_of_complex_numbers() {
    check_all(DType::is_complex);
}

#[test]
fn other_types_are_refused_by_name() {
    for definition in ELEMENTWISE {
        for dtype in DType::ALL.into_iter().filter(|&t| !definition.operands.contains(t)) {
            let operands: Vec<Expr> = definition
                .operand_types(dtype)
                .iter()
                .map(|&t| Values::new(t, &[1], edges(t)[..1].to_vec()).expr(&[vec![1]], Order::C))
                .collect();
            match Expr::elementwise(definition.instances[0].clone(), &operands.iter().collect::<Vec<_>>()) {
                Err(ExprError::Undefined { op, dtypes }) => {
                    assert_eq!((op, dtypes.last()), (definition.name, Some(&dtype)));
                }
                Err(other) => panic!("{} of {dtype}: {other}", definition.name),
                Ok(_) => panic!("{} of {dtype} is not refused", definition.name),
            }
        }
    }
}
