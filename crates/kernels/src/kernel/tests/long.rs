//! Long programs: compiled quickly, run in few slots.

use chunkwise_core::{DType, Scalar};

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
