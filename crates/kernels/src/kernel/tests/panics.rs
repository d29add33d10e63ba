//! Users' closures that panic, and closures that run kernels themselves.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

use chunkwise_core::{DType, Element, Shape, Strides};

use crate::{Bind, Closure, Frame, Input, Isa, Kernel, Op, Output, Program, active_closure};

/// Unwinds without the message that a panic prints.
fn unwind() -> ! {
    resume_unwind(Box::new("as wanted"))
}

fn mapped<A: Element, R: Element>(
    name: &'static str,
    location: &'static Location<'static>,
    function: impl Fn(A) -> R + Send + Sync + 'static,
) -> Kernel {
    let mut program = Program::new(1);
    let x = program.input(A::DTYPE);
    let y = program.push(Op::Closure(Closure::map1(name, location, function)), &[x]).unwrap();
    program.stores.push(y);
    Kernel::new(&program, Isa::detect()).unwrap()
}

fn run(kernel: &Kernel, frame: &mut Frame, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    let inputs = [Input { ptr: x.as_ptr().cast(), strides: [1].into_iter().collect() }];
    let outputs =
        [Output { ptr: y.as_mut_ptr().cast(), strides: [1].into_iter().collect(), in_place: false }];
    let bind = Bind {
        shape: &[x.len()],
        inputs: &inputs,
        coords: &[],
        outputs: &outputs,
        states: &[],
        selected: &[],
    };
    // SAFETY: both slices hold as many elements of f64 as the box has positions.
    unsafe { kernel.run(frame, &bind) };
    y
}

#[test]
fn a_panic_is_attributed_and_the_frame_survives() {
    let here = Location::caller();
    let kernel = mapped("mapv", here, |x: f64| if x < 0.0 { unwind() } else { x + 1.0 });
    let mut frame = Frame::default();
    assert_eq!(active_closure(), None);
    let failed = catch_unwind(AssertUnwindSafe(|| run(&kernel, &mut frame, &[1.0, -1.0])));
    assert_eq!(*failed.unwrap_err().downcast::<&str>().unwrap(), "as wanted");
    let closure = active_closure().unwrap();
    assert_eq!((closure.name, closure.location), ("mapv", here));
    assert_eq!(closure.position.as_deref(), Some(&[1][..]));
    assert_eq!(active_closure(), None, "asking clears it");
    assert_eq!(run(&kernel, &mut frame, &[1.0, 2.0]), [2.0, 3.0]);
    assert_eq!(active_closure(), None);
}

#[test]
fn closures_may_run_kernels() {
    let outer_at = Location::caller();
    let inner_at = Location::caller();
    let fails = |x: f64| if x > 2.0 { unwind() } else { x * 10.0 };
    let inner = mapped("inner", inner_at, fails);
    let outer = mapped("outer", outer_at, move |x: f64| run(&inner, &mut Frame::default(), &[x, x])[1] + 1.0);
    let mut frame = Frame::default();
    assert_eq!(run(&outer, &mut frame, &[1.0, 2.0]), [11.0, 21.0]);
    assert!(catch_unwind(AssertUnwindSafe(|| run(&outer, &mut frame, &[1.0, 3.0]))).is_err());
    let closure = active_closure().unwrap();
    assert_eq!((closure.name, closure.location), ("outer", outer_at));
    assert_eq!(closure.position.as_deref(), Some(&[1][..]), "in the outer box");

    // One that survives the panic of its inner kernel, as a nested computation that returns an error.
    let inner = mapped("inner", inner_at, fails);
    let outer = mapped("outer", outer_at, move |x: f64| {
        match catch_unwind(AssertUnwindSafe(|| run(&inner, &mut Frame::default(), &[x]))) {
            Ok(y) => y[0],
            Err(_) => {
                assert_eq!(active_closure().map(|c| (c.name, c.location)), Some(("inner", inner_at)));
                -1.0
            }
        }
    });
    assert_eq!(run(&outer, &mut frame, &[1.0, 3.0]), [10.0, -1.0]);
    assert_eq!(active_closure(), None);
}

/// Boxes of one tile and of many, in memory of every order, so that axes are merged, exchanged and cut.
#[test]
fn the_element_is_named_in_boxes_of_any_layout() {
    let boxes: [&[usize]; 7] =
        [&[1], &[5000], &[40, 70], &[3, 2000], &[900, 3], &[7, 1, 20, 30], &[2, 3, 4, 5, 6]];
    let orders = |ndim: usize| -> Vec<Vec<usize>> {
        let forth: Vec<usize> = (0..ndim).collect();
        let mut turned = forth.clone();
        turned.rotate_left(ndim / 2);
        vec![forth.iter().rev().copied().collect(), turned, forth]
    };
    for shape in boxes {
        let len: usize = shape.iter().product();
        for (input, output) in orders(shape.len()).into_iter().flat_map(|i| {
            let outputs = orders(shape.len());
            outputs.into_iter().map(move |o| (i.clone(), o))
        }) {
            // Strides of memory whose axes lie in this order, the last of them adjacent.
            let strides = |order: &[usize]| -> Strides {
                let mut strides: Strides = shape.iter().map(|_| 0).collect();
                let mut step = 1;
                for &k in order.iter().rev() {
                    strides[k] = step;
                    step *= shape[k] as isize;
                }
                strides
            };
            let x: Vec<f64> = (0..len).map(|i| i as f64).collect();
            let mut y = vec![0.0; len];
            let (from, to) = (strides(&input), strides(&output));
            for bad in [0, len / 3, len / 2, len - 1] {
                let wanted: Shape = (0..shape.len()).map(|k| bad / from[k] as usize % shape[k]).collect();
                let mut program = Program::new(shape.len());
                let source = program.input(DType::F64);
                let f = move |x: f64| if x == bad as f64 { unwind() } else { x };
                let closure = Closure::map1("mapv", Location::caller(), f);
                let result = program.push(Op::Closure(closure), &[source]).unwrap();
                program.stores.push(result);
                let kernel = Kernel::new(&program, Isa::detect()).unwrap();
                let inputs = [Input { ptr: x.as_ptr().cast(), strides: from.clone() }];
                let outputs = [Output { ptr: y.as_mut_ptr().cast(), strides: to.clone(), in_place: false }];
                let bind = Bind {
                    shape,
                    inputs: &inputs,
                    coords: &[],
                    outputs: &outputs,
                    states: &[],
                    selected: &[],
                };
                // SAFETY: the strides reach each of the `len` elements of both once.
                let run = || unsafe { kernel.run(&mut Frame::default(), &bind) };
                catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
                let position = active_closure().unwrap().position;
                assert_eq!(position, Some(wanted), "{shape:?}, {input:?} to {output:?}, element {bad}");
            }
        }
    }
}

#[test]
fn kernels_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Kernel>();
    sent::<Frame>();
}

#[test]
fn frames_serve_kernels_in_turn() {
    let mut frame = Frame::default();
    let kernels: Vec<Kernel> = (1..5)
        .map(|i| {
            let mut program = Program::new(1);
            let x = program.input(DType::F64);
            let c = program.constant(chunkwise_core::Scalar::new(f64::from(i)));
            let y = program.push(Op::Binary(crate::Binary::Add), &[x, c]).unwrap();
            program.stores.push(y);
            Kernel::new(&program, Isa::detect()).unwrap()
        })
        .collect();
    // Short boxes first: constants grow with the boxes.
    for len in [1, 700, 3, 5000] {
        for (i, kernel) in kernels.iter().enumerate() {
            assert_eq!(run(kernel, &mut frame, &vec![1.0; len]), vec![2.0 + i as f64; len]);
            assert_eq!(run(kernel, &mut frame, &vec![2.0; len + 9]), vec![3.0 + i as f64; len + 9]);
        }
    }
}
