//! Loads and stores of every kind over boxes of any shape.

use chunkwise_core::{DType, Scalar};

use super::oracle::{Array, Case, Lie, Random};
use crate::{Binary, Bind, Coord, Frame, Input, Isa, Kernel, Op, Output, Program, Reg};

const SIZES: [DType; 7] =
    [DType::Bool, DType::U8, DType::I16, DType::F32, DType::F64, DType::C32, DType::C64];

fn any_coord(random: &mut Random, ndim: usize) -> Coord {
    Coord { base: random.below(5) as i64, steps: (0..ndim).map(|_| random.below(3) as i64).collect() }
}

/// `store(input)` for every element size, with both sides strided in any way.
#[test]
fn copies() {
    let mut random = Random(1);
    let mut frame = Frame::default();
    for round in 0..40 {
        for dtype in SIZES {
            let shape = random.shape();
            let mut program = Program::new(shape.len());
            let x = program.input(dtype);
            program.stores.push(x);
            let mut case = Case::new(program, &shape);
            case.inputs.push(Array::random(&mut random, dtype, &shape, Lie::Repeating));
            let lie = if round % 2 == 0 { Lie::RowMajor } else { Lie::Any };
            case.outputs.push(Array::zeros(&mut random, dtype, &shape, lie));
            case.in_place.push(None);
            case.check(&mut frame, &format!("copy of {dtype}, round {round}"));
        }
    }
}

/// Transposes of boxes that are not multiples of the blocks that they are moved in.
#[test]
fn transposes() {
    let mut random = Random(2);
    let mut frame = Frame::default();
    for dtype in SIZES {
        for shape in [[1, 1], [8, 8], [7, 9], [40, 140], [300, 33], [2, 1000], [1000, 2], [64, 257]] {
            let mut program = Program::new(2);
            let x_reg = program.input(dtype);
            program.stores.push(x_reg);
            let mut case = Case::new(program, &shape);
            let mut x = Array::random(&mut random, dtype, &[shape[1], shape[0]], Lie::RowMajor);
            x.shape.reverse();
            x.strides.reverse();
            case.inputs.push(x);
            case.outputs.push(Array::zeros(&mut random, dtype, &shape, Lie::RowMajor));
            case.in_place.push(None);
            case.check(&mut frame, "transpose");
            // A second copy cannot be written while loading.
            case.program.stores.push(x_reg);
            case.outputs.push(Array::zeros(&mut random, dtype, &shape, Lie::Any));
            case.in_place.push(None);
            case.check(&mut frame, "two transposes");
        }
    }
}

/// Programs over several inputs, coordinates and constants, with several stores of the same and of different
/// registers, some of them in place.
#[test]
fn programs() {
    let mut random = Random(3);
    let mut frame = Frame::default();
    for round in 0..400 {
        let dtype =
            random.pick(&[DType::U8, DType::I16, DType::F32, DType::F64, DType::I64, DType::C32, DType::C64]);
        let shape = random.shape();
        let mut program = Program::new(shape.len());
        let mut case = Case::new(Program::default(), &shape);
        for _ in 0..random.below(4) {
            program.input(dtype);
            let lie = random.pick(&[Lie::RowMajor, Lie::Any, Lie::Repeating]);
            case.inputs.push(Array::random(&mut random, dtype, &shape, lie));
        }
        for _ in 0..random.below(2) {
            program.coord();
            case.coords.push(any_coord(&mut random, shape.len()));
        }
        for i in 0..random.below(12) {
            program.constant(Scalar::new(i as i64 % 10));
        }
        // Registers of the dtype that sums of few of them still fit.
        let mut narrow: Vec<Reg> = program.inputs.clone();
        for reg in
            program.coords.clone().into_iter().chain(program.constants.clone().into_iter().map(|c| c.0))
        {
            let small = random.below(3) != 0 || case.coords.is_empty();
            let fits = dtype != DType::U8 || !program.coords.contains(&reg);
            if small && fits {
                narrow.push(program.push(Op::Cast(dtype), &[reg]).unwrap());
            }
        }
        let mut results: Vec<Reg> = (0..program.regs.len() as u32).map(Reg).collect();
        if !narrow.is_empty() {
            for _ in 0..random.below(8) {
                let operands = [random.pick(&narrow), random.pick(&narrow)];
                let sum = program.push(Op::Binary(Binary::Add), &operands).unwrap();
                results.push(sum);
                // Sums of sums soon leave a byte.
                if dtype != DType::U8 {
                    narrow.push(sum);
                }
            }
        }
        if results.is_empty() {
            continue;
        }
        for _ in 0..1 + random.below(4) {
            let reg = random.pick(&results);
            let dtype = program.dtype(reg);
            program.stores.push(reg);
            let lie = random.pick(&[Lie::RowMajor, Lie::Any]);
            case.outputs.push(Array::zeros(&mut random, dtype, &shape, lie));
            let free = (0..case.inputs.len()).find(|&k| {
                case.inputs[k].dtype == dtype
                    && !case.in_place.contains(&Some(k))
                    && case.inputs[k].strides.iter().zip(&shape).all(|(&s, &n)| s != 0 || n == 1)
            });
            case.in_place.push(free.filter(|_| random.below(3) == 0));
        }
        case.program = program;
        case.check(&mut frame, &format!("round {round}"));
    }
}

/// Two inputs that change places: both must be read before either is overwritten.
#[test]
fn swaps_in_place() {
    let mut random = Random(4);
    for shape in [vec![5000], vec![40, 30], vec![3, 700]] {
        let mut program = Program::new(shape.len());
        let (x, y) = (program.input(DType::F64), program.input(DType::F64));
        program.stores.extend([y, x]);
        let mut case = Case::new(program, &shape);
        for k in 0..2 {
            case.inputs.push(Array::random(&mut random, DType::F64, &shape, Lie::Any));
            case.outputs.push(Array::zeros(&mut random, DType::F64, &shape, Lie::RowMajor));
            case.in_place.push(Some(k));
        }
        case.check(&mut Frame::default(), "swap");
    }
}

/// Boxes without positions touch nothing, whatever their pointers.
#[test]
fn empty_boxes() {
    let mut random = Random(5);
    for shape in [vec![0], vec![3, 0, 5], vec![0, 0]] {
        let mut program = Program::new(shape.len());
        let x = program.input(DType::F64);
        program.stores.push(x);
        let mut case = Case::new(program, &shape);
        case.inputs.push(Array::random(&mut random, DType::F64, &shape, Lie::RowMajor));
        case.outputs.push(Array::zeros(&mut random, DType::F64, &shape, Lie::RowMajor));
        case.in_place.push(None);
        case.check(&mut Frame::default(), "empty");
    }
}

/// Axes far apart in memory order: the unit stride of one input belongs to the outermost axis.
#[test]
fn rows_are_chosen_for_transposed_inputs() {
    let mut random = Random(6);
    let shape = [50, 3, 40];
    let mut program = Program::new(3);
    let (x, y) = (program.input(DType::F64), program.input(DType::F64));
    let z = program.push(Op::Binary(Binary::Add), &[x, y]).unwrap();
    program.stores.push(z);
    let mut case = Case::new(program, &shape);
    case.inputs.push(Array::random(&mut random, DType::F64, &shape, Lie::RowMajor));
    let mut y = Array::random(&mut random, DType::F64, &[40, 3, 50], Lie::RowMajor);
    y.shape.reverse();
    y.strides.reverse();
    case.inputs.push(y);
    case.outputs.push(Array::zeros(&mut random, DType::F64, &shape, Lie::RowMajor));
    case.in_place.push(None);
    case.check(&mut Frame::default(), "x + x.t()");
}

/// `x + 1` over boxes of three axes that do not merge, so that there are several panels.
fn plus_one() -> Kernel {
    let mut program = Program::new(3);
    let x = program.input(DType::I64);
    let one = program.constant(Scalar::new(1i64));
    let y = program.push(Op::Binary(Binary::Add), &[x, one]).unwrap();
    program.stores.push(y);
    Kernel::new(&program, Isa::detect()).unwrap()
}

/// Whether `run` has computed a box.
fn is_computed(from: i64, run: &mut dyn FnMut(&Bind<'_>)) -> bool {
    let (shape, strides) = ([3, 4, 5], [100, 13, 2]);
    let x: Vec<i64> = (from..from + 300).collect();
    let mut y = [0i64; 60];
    let input = Input { ptr: x.as_ptr().cast(), strides: strides.into_iter().collect() };
    let output =
        Output { ptr: y.as_mut_ptr().cast(), strides: [20, 5, 1].into_iter().collect(), in_place: false };
    let (inputs, outputs) = (&[input], &[output]);
    run(&Bind { shape: &shape, inputs, coords: &[], outputs, states: &[], selected: &[] });
    let place = |at: usize| at / 20 * 100 + at / 5 % 4 * 13 + at % 5 * 2;
    y.iter().enumerate().all(|(at, &y)| y == x[place(at)] + 1)
}

#[test]
fn loops_are_laid_out_once_for_many_boxes() {
    let (kernel, mut frame, mut laid) = (plus_one(), Frame::default(), None);
    is_computed(1, &mut |bind| laid = kernel.lay(bind));
    let mut laid = laid.expect("there are positions");
    for from in [1, 1000, 77] {
        // SAFETY: the arrays hold what the strides reach, which are those of the box that was laid out.
        assert!(is_computed(from, &mut |bind| unsafe { kernel.run_laid(&mut frame, &mut laid, bind) }));
        // SAFETY: as above.
        assert!(is_computed(from + 1, &mut |bind| unsafe { kernel.run(&mut frame, bind) }));
    }
}

#[test]
#[should_panic(expected = "laid out for one kernel")]
fn loops_are_laid_out_for_one_kernel() {
    let mut laid = None;
    is_computed(1, &mut |bind| laid = plus_one().lay(bind));
    // SAFETY: as above.
    is_computed(1, &mut |bind| unsafe {
        plus_one().run_laid(&mut Frame::default(), laid.as_mut().unwrap(), bind)
    });
}
