//! Instructions that share a loop give the bits that they give alone.

use crate::{Binary, Bind, Frame, Input, Isa, Kernel, Op, Output, Program, Reg, Unary};
use chunkwise_core::DType;

const OPS: [Binary; 3] = [Binary::Add, Binary::Sub, Binary::Mul];

fn values(seed: u64) -> Vec<f64> {
    // Rounding differs between fused and separate operations for most of these.
    (0..100).map(|i| ((i * 37 + seed) as f64 * 0.7).sin() * 10f64.powi(i as i32 % 7)).collect()
}

/// What a program of four inputs gives, and how many loops it has.
fn run(isa: Isa, build: impl Fn(&mut Program, [Reg; 4]) -> Reg) -> (Vec<f64>, usize) {
    let mut program = Program::new(1);
    let inputs = [0; 4].map(|_| program.input(DType::F64));
    let result = build(&mut program, inputs);
    program.stores.push(result);
    let kernel = Kernel::new(&program, isa).unwrap();
    let inputs = [1, 2, 3, 4].map(values);
    let mut output = vec![0.0f64; 100];
    let strides = || [1].into_iter().collect();
    let inputs = inputs.each_ref().map(|x| Input { ptr: x.as_ptr().cast(), strides: strides() });
    let outputs = [Output { ptr: output.as_mut_ptr().cast(), strides: strides(), in_place: false }];
    let bind =
        Bind { shape: &[100], inputs: &inputs, coords: &[], outputs: &outputs, states: &[], selected: &[] };
    // SAFETY: all arrays hold a hundred elements of f64 and do not overlap.
    unsafe { kernel.run(&mut Frame::default(), &bind) };
    (output, kernel.steps.iter().filter(|step| matches!(step, super::super::Step::Apply { .. })).count())
}

fn apply(op: Binary, x: f64, y: f64) -> f64 {
    match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        _ => unreachable!("one of OPS"),
    }
}

fn push(program: &mut Program, op: Binary, x: Reg, y: Reg) -> Reg {
    program.push(Op::Binary(op), &[x, y]).unwrap()
}

fn expect(got: &[f64], formula: impl Fn([f64; 4]) -> f64, what: &str) {
    let [a, b, c, d] = [1, 2, 3, 4].map(values);
    for i in 0..100 {
        let expected = formula([a[i], b[i], c[i], d[i]]);
        assert_eq!(got[i].to_bits(), expected.to_bits(), "{what} at {i}");
    }
}

#[test]
fn two_operations_in_one_loop() {
    for isa in [Isa::Baseline, Isa::Avx2, Isa::Avx512] {
        for inner in OPS {
            for outer in OPS {
                let (got, loops) = run(isa, |p, [a, b, c, _]| {
                    let x = push(p, inner, a, b);
                    push(p, outer, x, c)
                });
                assert_eq!(loops, 1);
                expect(
                    &got,
                    |[a, b, c, _]| apply(outer, apply(inner, a, b), c),
                    &format!("{inner:?}, {outer:?}"),
                );
                let (got, loops) = run(isa, |p, [a, b, c, _]| {
                    let x = push(p, inner, a, b);
                    push(p, outer, c, x)
                });
                assert_eq!(loops, 1);
                expect(
                    &got,
                    |[a, b, c, _]| apply(outer, c, apply(inner, a, b)),
                    &format!("{outer:?} of {inner:?}"),
                );
            }
            let (got, loops) = run(isa, |p, [a, b, _, _]| {
                let x = push(p, inner, a, b);
                p.push(Op::Unary(Unary::Square), &[x]).unwrap()
            });
            assert_eq!(loops, 1);
            expect(
                &got,
                |[a, b, _, _]| apply(inner, a, b) * apply(inner, a, b),
                &format!("square of {inner:?}"),
            );
            let (got, loops) = run(isa, |p, [a, b, _, _]| {
                let x = push(p, inner, a, b);
                push(p, Binary::Mul, x, x)
            });
            assert_eq!(loops, 1);
            expect(
                &got,
                |[a, b, _, _]| apply(inner, a, b) * apply(inner, a, b),
                &format!("{inner:?} times itself"),
            );
        }
    }
}

#[test]
fn three_operations_in_one_loop() {
    for isa in [Isa::Baseline, Isa::Avx2, Isa::Avx512] {
        for outer in [Binary::Add, Binary::Sub] {
            let (got, loops) = run(isa, |p, [a, b, c, d]| {
                let x = push(p, Binary::Mul, a, b);
                let y = push(p, Binary::Mul, c, d);
                push(p, outer, x, y)
            });
            assert_eq!(loops, 1);
            expect(&got, |[a, b, c, d]| apply(outer, a * b, c * d), &format!("{outer:?} of products"));
        }
        // The square is a product like others; of two sums only one is joined.
        let (got, loops) = run(isa, |p, [a, b, c, _]| {
            let x = push(p, Binary::Mul, a, b);
            let y = p.push(Op::Unary(Unary::Square), &[c]).unwrap();
            push(p, Binary::Add, x, y)
        });
        assert_eq!(loops, 1);
        expect(&got, |[a, b, c, _]| a * b + c * c, "product and square");
        let (got, loops) = run(isa, |p, [a, b, c, d]| {
            let x = push(p, Binary::Add, a, b);
            let y = push(p, Binary::Sub, c, d);
            push(p, Binary::Mul, x, y)
        });
        assert_eq!(loops, 2);
        expect(&got, |[a, b, c, d]| (a + b) * (c - d), "product of sums");
    }
}

#[test]
fn what_others_read_keeps_a_loop_of_its_own() {
    let (got, loops) = run(Isa::detect(), |p, [a, b, c, _]| {
        let x = push(p, Binary::Mul, a, b);
        let y = push(p, Binary::Add, x, c);
        push(p, Binary::Sub, x, y)
    });
    assert_eq!(loops, 2, "the product is read twice, the sum once");
    expect(&got, |[a, b, c, _]| a * b - (a * b + c), "shared product");
    let (got, loops) = run(Isa::detect(), |p, [a, b, _, _]| {
        let x = push(p, Binary::Mul, a, b);
        push(p, Binary::Add, x, x)
    });
    assert_eq!(loops, 2);
    expect(&got, |[a, b, _, _]| a * b + a * b, "twice the same");
}
