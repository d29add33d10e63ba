//! Draws over coordinates that nobody writes down, against draws over indices in a register.

use chunkwise_core::{DType, Scalar};

use crate::random::{Distribution, Draw, Parameter};
use crate::{Binary, Bind, Coord, Frame, Isa, Kernel, Op, Output, Program};

/// Elements of both draws, over a box of this shape, for a coordinate with these steps.
fn both(draw: Draw, shape: &[usize], steps: &[i64], isa: Isa) -> [Vec<u8>; 2] {
    let mut program = Program::new(shape.len());
    let index = program.coord();
    let zero = program.constant(Scalar::new(0i64));
    let drawn = program.push(Op::Draw(draw), &[index]).unwrap();
    let written = program.push(Op::Binary(Binary::Add), &[index, zero]).unwrap();
    let again = program.push(Op::Draw(draw), &[written]).unwrap();
    program.stores.extend([drawn, again]);
    let len: usize = shape.iter().product();
    let mut memory = [(); 2].map(|()| vec![0u128; (len * draw.dtype.size()).div_ceil(16)]);
    let strides = chunkwise_core::row_major_strides(shape);
    let outputs: Vec<Output> = memory
        .iter_mut()
        .map(|m| Output { ptr: m.as_mut_ptr().cast(), strides: strides.clone(), in_place: false })
        .collect();
    let coords = [Coord { base: -5, steps: steps.into() }];
    let bind = Bind { shape, inputs: &[], coords: &coords, outputs: &outputs, states: &[], selected: &[] };
    let kernel = Kernel::new(&program, isa).unwrap();
    // SAFETY: both outputs have memory of their own for every element of the box.
    unsafe { kernel.run(&mut Frame::default(), &bind) };
    memory.map(|m| m.iter().flat_map(|x| x.to_ne_bytes()).take(len * draw.dtype.size()).collect())
}

#[test]
fn coordinates_are_drawn_as_they_would_be_written() {
    let p = Parameter::new;
    let draws = [
        (DType::F64, Distribution::Uniform { low: p(-1.0), high: p(2.0) }),
        (DType::F32, Distribution::Normal { mean: p(1.0), std: p(3.0) }),
        (DType::F64, Distribution::Normal { mean: p(0.0), std: p(1.0) }),
        (DType::I64, Distribution::Integers { low: -3, span: 99 }),
        (DType::U8, Distribution::Integers { low: 0, span: 255 }),
        (DType::Bool, Distribution::Bernoulli { probability: p(0.3) }),
        (DType::I64, Distribution::Poisson { rate: p(4.0) }),
    ];
    let boxes: [(&[usize], &[i64]); 8] = [
        (&[5000], &[1]),
        (&[63], &[-7]),
        (&[700, 3], &[3, 1]),
        (&[700, 3], &[1, 1000]),
        (&[65, 64], &[-64, -1]),
        (&[3, 1100], &[5000, 1]),
        (&[1, 1], &[0, 0]),
        (&[6, 5, 40], &[1, i64::MAX, 9]),
    ];
    for isa in Isa::available() {
        for (dtype, distribution) in draws {
            for (shape, steps) in boxes {
                let [drawn, again] = both(Draw { key: 42, dtype, distribution }, shape, steps, isa);
                assert!(drawn == again, "{distribution:?} of {dtype} over {shape:?} by {steps:?}, {isa:?}");
            }
        }
    }
}
