//! Long programs: compiled quickly, run in few slots.

use chunkwise_core::{DType, Scalar};
use num_complex::Complex;

use super::oracle::{Array, Case, Lie, Random};
use crate::{Binary, Bind, Frame, Isa, Kernel, Op, Program};

fn add(program: &mut Program, a: crate::Reg, b: crate::Reg) -> crate::Reg {
    program.push(Op::Binary(Binary::Add), &[a, b]).unwrap()
}

#[test]
fn a_million_instructions_take_two_slots() {
    let mut program = Program::new(1);
    let mut x = program.input(DType::I64);
    let one = program.constant(Scalar::new(1i64));
    for _ in 0..1_000_000 {
        x = add(&mut program, x, one);
    }
    program.stores.push(x);
    let kernel = Kernel::new(&program, Isa::detect()).unwrap();
    assert!(kernel.places.slots.len() <= 3, "{:?}", kernel.places.slots);
    assert_eq!(kernel.code.len(), 1);
    let mut random = Random(1);
    let mut x = Array::random(&mut random, DType::I64, &[3], Lie::RowMajor);
    let mut y = Array::zeros(&mut random, DType::I64, &[3], Lie::RowMajor);
    let (inputs, outputs) = ([x.input()], [y.output(false)]);
    let bind =
        Bind { shape: &[3], inputs: &inputs, coords: &[], outputs: &outputs, states: &[], selected: &[] };
    // SAFETY: both arrays have three elements.
    unsafe { kernel.run(&mut Frame::default(), &bind) };
    for i in 0..3 {
        assert_eq!(y.get(&[i]), x.get(&[i]) + 1e6);
    }
}

#[test]
fn many_constants_take_few_tiles() {
    let shape = [2000];
    let mut program = Program::new(1);
    let mut x = program.input(DType::F64);
    for i in 0..500 {
        let c = program.constant(Scalar::new(f64::from(i)));
        x = add(&mut program, x, c);
    }
    program.stores.push(x);
    // Constants may be stored too, those with and those without a tile of their own.
    let (first, last) = (program.constants[0].0, program.constants[499].0);
    program.stores.extend([first, last, last]);
    let kernel = Kernel::new(&program, Isa::detect()).unwrap();
    assert!(kernel.scratch_bytes() < 512 * 1024, "{} bytes", kernel.scratch_bytes());
    let mut random = Random(2);
    let mut case = Case::new(program, &shape);
    case.inputs.push(Array::random(&mut random, DType::F64, &shape, Lie::RowMajor));
    for lie in [Lie::Any, Lie::RowMajor, Lie::RowMajor, Lie::Any] {
        case.outputs.push(Array::zeros(&mut random, DType::F64, &shape, lie));
        case.in_place.push(None);
    }
    case.check(&mut Frame::default(), "many constants");
}

/// A sum of a thousand inputs, each read where it is needed, keeps few of them.
#[test]
fn inputs_are_loaded_when_they_are_needed() {
    let mut program = Program::new(1);
    let mut sum = program.input(DType::F64);
    for _ in 0..1000 {
        let x = program.input(DType::F64);
        sum = add(&mut program, sum, x);
    }
    program.stores.push(sum);
    let kernel = Kernel::new(&program, Isa::detect()).unwrap();
    assert!(kernel.places.slots.len() <= 4, "{:?}", kernel.places.slots);
}

/// The result of an instruction never shares a slot with its operands: such loops are three times slower.
#[test]
fn results_share_no_slot_with_operands() {
    let mut random = Random(3);
    for _ in 0..100 {
        let mut program = Program::new(1);
        let mut regs = vec![program.input(DType::F64), program.input(DType::F64)];
        for _ in 0..30 {
            let (a, b) = (random.pick(&regs), random.pick(&regs));
            regs.push(add(&mut program, a, b));
        }
        for _ in 0..3 {
            program.stores.push(random.pick(&regs));
        }
        let kernel = Kernel::new(&program, Isa::Baseline).unwrap();
        let slot = |place: u32| {
            kernel
                .places
                .outputs
                .iter()
                .enumerate()
                .find_map(|(i, home)| (kernel.places.output(i) == place as usize).then_some(home.slot))
                .unwrap_or(place)
        };
        for step in &kernel.steps {
            if let super::super::schedule::Step::Apply { dst, first, count, .. } = *step {
                for &src in &kernel.operands[first as usize..][..count as usize] {
                    assert_ne!(slot(src), slot(dst));
                }
            }
        }
    }
}

#[test]
fn what_is_only_streamed_has_long_tiles() {
    let mut program = Program::new(1);
    let [x, y] = [(); 2].map(|()| program.input(DType::F64));
    let half = program.constant(Scalar::new(0.5f64));
    let sum = add(&mut program, x, half);
    let sum = program.push(Op::Binary(Binary::Sub), &[sum, y]).unwrap();
    program.stores.push(sum);
    let tiles = |program: &Program| {
        let kernel = Kernel::new(program, Isa::detect()).unwrap();
        (kernel.tile, kernel.direct_tile)
    };
    assert_eq!(tiles(&program), (1024, 4096), "two inputs and an output, constants take no room");
    let mut stores_constant = program.clone();
    stores_constant.stores.push(half);
    assert_eq!(tiles(&stores_constant), (512, 512), "a constant that is stored is a tile like others");
    let root = program.push(Op::Unary(crate::Unary::Sqrt), &[sum]).unwrap();
    program.stores = vec![root];
    assert_eq!(tiles(&program), (1024, 1024), "what is between two loops is to stay in cache");
}

#[test]
fn constants_repeat_through_tiles_of_any_shape() {
    let constants = [
        [1.0f32, 2.0].map(Scalar::new),
        [1.0f64, 2.0].map(Scalar::new),
        [1i8, 2].map(Scalar::new),
        [1u16, 2].map(Scalar::new),
        [1i64, 2].map(Scalar::new),
        [Complex::new(1.0f64, 0.0), Complex::new(2.0, 0.0)].map(Scalar::new),
    ];
    for constants in constants {
        let dtype = constants[0].dtype();
        let mut program = Program::new(2);
        let x = program.input(dtype);
        let [c, d] = constants.map(|constant| program.constant(constant));
        let sum = add(&mut program, x, c);
        let twice = program.push(Op::Binary(Binary::Mul), &[d, sum]).unwrap();
        program.stores.extend([twice, sum]);
        let kernel = Kernel::new(&program, Isa::detect()).unwrap();
        let (mut random, mut frame) = (Random(3), Frame::default());
        for lie in [Lie::RowMajor, Lie::Any, Lie::RowMajor] {
            for shape in [[1, 1], [3, 211], [37, 600], [2, 5000], [1, 9000]] {
                let mut x = Array::random(&mut random, dtype, &shape, lie);
                let [mut y, mut z] =
                    [lie, Lie::RowMajor].map(|lie| Array::zeros(&mut random, dtype, &shape, lie));
                let (inputs, outputs) = ([x.input()], [y.output(false), z.output(false)]);
                let bind = Bind {
                    shape: &shape,
                    inputs: &inputs,
                    coords: &[],
                    outputs: &outputs,
                    states: &[],
                    selected: &[],
                };
                // SAFETY: the arrays have this shape.
                unsafe { kernel.run(&mut frame, &bind) };
                for at in (0..shape[0]).flat_map(|row| (0..shape[1]).map(move |col| [row, col])) {
                    let sum = x.get(&at) + 1.0;
                    assert_eq!(z.get(&at), sum, "{dtype:?} {lie:?} {shape:?} {at:?}");
                    assert_eq!(y.get(&at), sum * 2.0, "{dtype:?} {lie:?} {shape:?} {at:?}");
                }
            }
        }
    }
}

/// Where programs that compute read along memory, tiles are a page; one reduction takes a whole row.
#[test]
fn tiles_along_memory_are_pages() {
    for (dtype, page) in [(DType::U8, 4096), (DType::F32, 1024), (DType::F64, 512), (DType::C64, 512)] {
        let mut program = Program::new(1);
        let (x, y) = (program.input(dtype), program.input(dtype));
        let sum = add(&mut program, x, y);
        let mut streamed = program.clone();
        streamed.stores.push(sum);
        let kernel = Kernel::new(&streamed, Isa::detect()).unwrap();
        assert_eq!(kernel.direct_row, kernel.direct_tile, "nothing is kept");
        let reduction =
            |src| crate::Reduction { op: crate::reduce::ReduceOp::Sum, src, axes: 1, groups: None };
        program.reductions.push(reduction(sum));
        let kernel = Kernel::new(&program, Isa::detect()).unwrap();
        assert_eq!(kernel.direct_row, page.min(kernel.tile), "{dtype}");
        let mut once = Program::new(1);
        let x = once.input(dtype);
        once.reductions.push(reduction(x));
        assert!(Kernel::new(&once, Isa::detect()).unwrap().direct_row > 1 << 40);
    }
}
