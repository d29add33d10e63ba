//! Users' functions.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::Closure;

#[test]
fn functions_of_one_two_and_three_elements() {
    let here = Location::caller();
    let offset = 3.5; // captured
    let values: Vec<i32> = (-350..350).collect();
    let halves = Closure::map1("mapv", here, move |x: i32| f64::from(x) / 2.0 + offset);
    assert_unary(Op::Closure(halves), &values, |x: i32| f64::from(x) / 2.0 + 3.5);

    let floats: Vec<f32> = values.iter().map(|&x| x as f32 * 0.3).collect();
    let signs: Vec<bool> = values.iter().map(|&x| x % 2 == 0).collect();
    let two = Op::Closure(Closure::map2("map2", here, |x: i32, y: f32| x as f32 > y));
    let three = Op::Closure(Closure::map3(
        "map3",
        here,
        |which: bool, x: i32, y: f32| {
            if which { f64::from(x) } else { f64::from(y) }
        },
    ));
    for isa in Isa::available() {
        let results = apply::<bool>(&two, &[operand(&values), operand(&floats)], 700, isa);
        assert!((0..700).all(|i| results[i] == (values[i] as f32 > floats[i])));
        let operands = [operand(&signs), operand(&values), operand(&floats)];
        let results = apply::<f64>(&three, &operands, 700, isa);
        assert!((0..700).all(|i| results[i] == if signs[i] { values[i].into() } else { floats[i].into() }));
    }
}

#[test]
fn functions_of_the_index() {
    let here = Location::caller();
    for axes in [0, 1, 2, 11] {
        let sum = Op::Closure(Closure::map_coords("from_shape_fn", here, axes, |index: &[i64]| {
            index.iter().enumerate().map(|(k, i)| (k as i64 + 1) * i).sum::<i64>()
        }));
        let coords: Vec<Vec<i64>> =
            (0..axes as i64).map(|k| (0..700).map(|i| i * (k + 2) % 13).collect()).collect();
        let operands: Vec<Operand> = coords.iter().map(|values| operand(values)).collect();
        for isa in Isa::available() {
            let results = apply::<i64>(&sum, &operands, 700, isa);
            for (i, result) in results.into_iter().enumerate() {
                let expected: i64 =
                    coords.iter().enumerate().map(|(k, values)| (k as i64 + 1) * values[i]).sum();
                assert_eq!(result, expected);
            }
        }
    }
}

#[test]
fn a_function_runs_once_for_each_element_in_order() {
    static SEEN: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let record = |x: u64| SEEN.lock().expect("no test panics while it holds the lock").push(x);
    let op = Op::Closure(Closure::map1("mapv", Location::caller(), move |x: u64| {
        record(x);
        x
    }));
    let values: Vec<u64> = (0..700).collect();
    results1::<u64, u64>(op, &values);
    assert_eq!(*SEEN.lock().expect("as above"), values);
}

#[test]
fn types_and_names() {
    let closure = Closure::map2("map2", Location::caller(), |x: u8, y: f64| f64::from(x) + y);
    let op = Op::Closure(closure.clone());
    assert_eq!(op.name(), "map2");
    assert_eq!(op.result(&[DType::U8, DType::F64]), Some(DType::F64));
    for wrong in [&[DType::F64, DType::U8][..], &[DType::U8], &[]] {
        assert_eq!(op.result(wrong), None);
        assert!(code(&op, wrong, Isa::Baseline).is_none());
    }
    assert_eq!(closure, closure.clone());
    assert_ne!(closure, Closure::map2("map2", closure.location, |x: u8, y: f64| f64::from(x) + y));
}

#[test]
fn code_keeps_the_function_alive_and_drops_it() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counts;
    impl Drop for Counts {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
    let counts = Counts;
    let op = Op::Closure(Closure::map1("mapv", Location::caller(), move |x: i8| {
        let _ = &counts;
        x
    }));
    let made = code(&op, &[DType::I8], Isa::Baseline);
    drop(op);
    assert_eq!(DROPPED.load(Ordering::Relaxed), 0);
    drop(made);
    assert_eq!(DROPPED.load(Ordering::Relaxed), 1);
}

#[test]
fn a_panic_passes_through() {
    let op = Op::Closure(Closure::map1("mapv", Location::caller(), |x: i64| 10 / x));
    let caught = catch_unwind(AssertUnwindSafe(|| results1::<i64, i64>(op, &[5, 0, 1])));
    assert!(caught.is_err());
}
