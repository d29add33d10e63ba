//! What comes back when functions fail, and what is left after that.

use std::error::Error as _;
use std::fmt;
use std::num::ParseIntError;

use chunkwise::prelude::*;
use chunkwise::{BoxError, Cause, Error};
use chunkwise_expr::{Optimise, Want, plan};
use chunkwise_plan::WireError;

use crate::support::{counted_inc, task_error};

fn parse(text: &str) -> Result<i64, ParseIntError> {
    text.parse()
}

/// An error of one's own, with something in it.
#[derive(Debug, PartialEq)]
struct Rejected {
    row: usize,
    fields: Vec<String>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} is rejected", self.row)
    }
}

impl std::error::Error for Rejected {}

#[test]
fn panics_name_the_function_and_the_place_of_the_call() {
    let inc = delayed(|v: &i64| if *v == 3 { panic!("not {v}") } else { v + 1 }).named("inc");
    let line = line!() + 1;
    let calls: Vec<Delayed<i64>> = (0..6).map(|v| inc.call(v)).collect();
    for threads in [1, 2] {
        let config = Config::default().threads(threads);
        let error = task_error(config.compute(&calls));
        assert_eq!((&error.op[..], error.origin.line), ("inc", line));
        assert!(matches!(&error.cause, Cause::Panic(message) if message == "not 3"));
        assert_eq!(error.to_string(), format!("inc, built at {}: panicked: not 3", error.origin));
        assert_eq!(*config.compute(&calls[2]).unwrap(), 3, "what does not need it works");
    }
    let line = line!() + 1;
    let overflow = Delayed::new(i32::MAX) + 1;
    let error = task_error(overflow.compute());
    assert_eq!((&error.op[..], error.origin.line), ("+", line));
    let error = task_error((Delayed::new(1) / 0).compute());
    assert!(error.to_string().contains("divide by zero"), "{error}");
}

#[test]
fn errors_arrive_whole() {
    let line = line!() + 1;
    let number = try_delayed(parse).call("4x");
    let error = (&number + 1).compute().unwrap_err();
    assert_eq!(error.find::<ParseIntError>(), parse("4x").as_ref().err());
    // Through the standard chain of sources too.
    let cause = error.source().unwrap();
    assert_eq!(cause.source().unwrap().downcast_ref::<ParseIntError>(), parse("4x").as_ref().err());
    assert_eq!((&task_error::<()>(Err(error)).op[..], line!() - line), ("parse", 6));
    let Cause::Call(error) = task_error(number.compute()).cause else { panic!("the function's error") };
    assert_eq!(Some(*error.downcast::<ParseIntError>().unwrap()), parse("4x").err(), "owned");

    let check = try_delayed(|row: &usize| match row {
        7 => Err(Rejected { row: *row, fields: vec!["a".into(), "b".into()] }),
        _ => Ok(*row),
    });
    let rows: Vec<Delayed<usize>> = (0..10).map(|row| check.call(row)).collect();
    let error = compute(&rows).unwrap_err();
    assert_eq!(error.find(), Some(&Rejected { row: 7, fields: vec!["a".into(), "b".into()] }));
    assert!(error.find::<ParseIntError>().is_none());
    // Text and boxes are errors too.
    let text = try_delayed(|| Err::<i64, _>("no reason")).call();
    assert!(text.compute().unwrap_err().to_string().ends_with(": no reason"));
    let boxed =
        Delayed::new(7).try_map(|row| Err::<i64, BoxError>(Box::new(Rejected { row: *row, fields: vec![] })));
    assert_eq!(boxed.compute().unwrap_err().find::<Rejected>().map(|e| e.row), Some(7));
}

#[test]
fn nothing_more_is_begun_after_a_failure() {
    let (inc, calls) = counted_inc();
    let fail = try_delayed(|_: &i64| Err::<i64, _>("at once"));
    let chain = (0..100).fold(fail.call(0), |x, _| inc.call(x));
    let config = Config::default().threads(1);
    let others: Vec<Delayed<i64>> = (0..100).map(|v| inc.call(v)).collect();
    assert!(config.compute((&chain, &others)).is_err());
    assert_eq!(calls.take(), 0);
    assert_eq!(config.compute(&others).unwrap().len(), 100);
}

#[test]
fn blocks_and_arguments_carry_errors_through_arrays() {
    let fail =
        try_delayed(|| Err::<ndarray::Array1<f64>, _>(Rejected { row: 1, fields: vec![] })).named("load");
    let x = ChunkedArray::from_delayed(fail.call(), 3).unwrap();
    let error = (&x * 2.0).sum().scalar().unwrap_err();
    assert_eq!(error.find::<Rejected>().map(|e| e.row), Some(1));
    assert_eq!(task_error::<()>(Err(error)).op, "load");
    let reads = x.mapv(|v| v + 1.0).to_delayed().map(|a| a.sum());
    assert!(reads.compute().unwrap_err().find::<Rejected>().is_some());
}

#[test]
fn hints_of_memory_are_kept_to() {
    let limit = |bytes: u64| Config::default().threads(2).memory_limit(bytes);
    let large = delayed(|n: usize| vec![0u8; n]).named("large").with_bytes(1 << 20);
    let lens: Vec<_> = (0..8).map(|_| large.call(1 << 20).map(|v| v.len())).collect();
    let sum = lens.into_iter().sum::<Delayed<usize>>();
    assert_eq!(*sum.compute_with(&limit(3 << 20)).unwrap(), 8 << 20);
    match sum.compute_with(&limit(1 << 19)) {
        Err(Error::MemoryLimit { op, needed, .. }) => assert_eq!((&op[..], needed), ("large", 1 << 20)),
        other => panic!("does not fit: {other:?}"),
    }
    // What an array takes is known.
    let whole = ChunkedArray::<f64, _>::ones(1 << 17).unwrap().to_delayed();
    assert!(matches!(whole.compute_with(&limit(1 << 19)), Err(Error::MemoryLimit { .. })));
    let x = (Delayed::new(1) + 1).with_bytes(1 << 20);
    assert!(matches!(x.compute_with(&limit(1000)), Err(Error::MemoryLimit { .. })));
    // The plan itself counts too.
    let config = limit((1 << 20) + 1000);
    let kept = (Delayed::new(1) + 1).with_bytes(1 << 19).persist_with(&config).unwrap();
    assert!(x.compute_with(&config).is_err(), "what is kept counts");
    drop(kept);
    assert_eq!(*x.compute_with(&config).unwrap(), 2);
}

#[test]
fn cancelled_computations() {
    let token = CancelToken::new();
    let cancels = token.clone();
    let (inc, calls) = counted_inc();
    let first = delayed(move || {
        cancels.cancel();
        1i64
    });
    let config = Config::default().threads(1).cancel(&token);
    assert!(matches!(inc.call(first.call()).compute_with(&config), Err(Error::Execution(_))));
    assert_eq!(calls.take(), 0);
}

#[test]
fn plans_with_calls_stay_in_the_process() {
    let refusal = |roots: &[chunkwise_expr::Expr]| {
        let (plan, _) = plan(roots, Want::Array, Optimise::All).unwrap();
        plan.to_bytes().unwrap_err()
    };
    let inc = delayed(|v: &i64| v + 1).named("inc");
    let line = line!() + 1;
    let error = refusal(&[inc.call(1).expr().clone()]);
    match &error {
        WireError::Call { name, origin } => assert_eq!((&name[..], origin.line), ("inc", line)),
        other => panic!("{other}"),
    }
    assert!(
        error.to_string().contains("`inc`") && error.to_string().contains("delayed/failures.rs"),
        "{error}"
    );
    let error = refusal(&[Delayed::new(1).expr().clone()]);
    assert!(matches!(error, WireError::Value { root: 0 }), "{error}");
    let x = ChunkedArray::from_delayed(ndarray::array![1.0], 1).unwrap();
    assert!(matches!(refusal(&[(x + 1.0).expr().clone()]), WireError::Closure { .. }));
}
