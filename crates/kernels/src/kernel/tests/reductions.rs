//! Reductions over every subset of axes, from memory with any strides.

use std::collections::BTreeMap;

use chunkwise_core::{DType, Scalar};
use smallvec::SmallVec;

use super::super::Step;
use super::oracle::{Array, Lie, Random, Value, positions};
use crate::reduce::{self, ReduceOp};
use crate::{Binary, Bind, Coord, Frame, Isa, Kernel, Op, Program, Reduction, Reg, State, Unary};

/// 64-byte aligned memory.
#[derive(Clone)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "memory")] [u8; 64]);

/// Row-major steps of the kept or of the reduced axes, zero for the others; and the number of positions.
fn steps(shape: &[usize], among: impl Fn(usize) -> bool) -> (SmallVec<[usize; 6]>, usize) {
    let mut steps = SmallVec::from_elem(0, shape.len());
    let mut len = 1;
    for axis in (0..shape.len()).rev().filter(|&axis| among(axis)) {
        steps[axis] = len;
        len *= shape[axis];
    }
    (steps, len)
}

/// Runs a kernel that reduces over the axes in `axes` and returns the bytes of the results.
fn reduced(op: ReduceOp, arrays: &mut [Array], axes: u64, kernel: &Kernel, frame: &mut Frame) -> Vec<Line> {
    let (shape, dtype) = (arrays[0].shape.clone(), arrays[0].dtype);
    let (cells_steps, cells) = steps(&shape, |axis| axes >> axis & 1 == 0);
    let (index_steps, count) = steps(&shape, |axis| axes >> axis & 1 == 1);
    let bytes = reduce::layout(op, dtype).bytes(cells);
    let mut memory = vec![Line([0; 64]); bytes.div_ceil(64).max(1)];
    let mut out = vec![Line([0; 64]); (cells * 16).div_ceil(64).max(1)];
    let state = memory.as_mut_ptr().cast::<u8>();
    let index = Coord { base: 0, steps: index_steps.iter().map(|&s| s as i64).collect() };
    let states = [State { ptr: state, cells, cell: 0, steps: cells_steps, index }];
    let inputs: Vec<_> = arrays.iter_mut().map(Array::input).collect();
    let bind =
        Bind { shape: &shape, inputs: &inputs, coords: &[], outputs: &[], states: &states, selected: &[] };
    // SAFETY: the state is as large as its layout says; there is one cell for each kept position.
    unsafe {
        reduce::init(op, dtype, state, cells);
        kernel.run(frame, &bind);
        reduce::finish(op, dtype, state, cells, count as u64, out.as_mut_ptr().cast()).unwrap();
    }
    out
}

fn program(op: ReduceOp, dtype: DType, ndim: usize, axes: u64) -> Program {
    let mut program = Program::new(ndim);
    let src = program.input(dtype);
    program.reductions.push(Reduction { op, src, axes, groups: None });
    program
}

/// Values of the elements that share a cell, in C order.
fn groups(array: &Array, axes: u64) -> Vec<Vec<Value>> {
    let mut groups: BTreeMap<Vec<usize>, Vec<Value>> = BTreeMap::new();
    for position in positions(&array.shape) {
        let kept =
            (0..position.len()).filter(|&axis| axes >> axis & 1 == 0).map(|axis| position[axis]).collect();
        groups.entry(kept).or_default().push(array.get(&position));
    }
    groups.into_values().collect()
}

fn check(op: ReduceOp, array: &mut Array, axes: u64, frame: &mut Frame, expected: impl Fn(&[Value]) -> f64) {
    let groups = groups(array, axes);
    for isa in Isa::available() {
        let kernel = Kernel::new(&program(op, array.dtype, array.shape.len(), axes), isa).unwrap();
        let out = reduced(op, std::slice::from_mut(array), axes, &kernel, frame);
        for (i, group) in groups.iter().enumerate() {
            let ptr = out.as_ptr().cast::<u8>();
            // SAFETY: there is a result for each group.
            let result = unsafe {
                match op.result(array.dtype).unwrap() {
                    DType::F64 => ptr.cast::<f64>().add(i).read(),
                    DType::F32 => f64::from(ptr.cast::<f32>().add(i).read()),
                    DType::I64 => ptr.cast::<i64>().add(i).read() as f64,
                    DType::U64 => ptr.cast::<u64>().add(i).read() as f64,
                    other => unreachable!("{other} is not a result of these tests"),
                }
            };
            assert_eq!(
                result,
                expected(group),
                "{op:?} of {}, {isa:?}, cell {i}, axes {axes:#b} of {:?}, strides {:?}",
                array.dtype,
                array.shape,
                array.strides
            );
        }
    }
}

#[test]
fn every_subset_of_axes() {
    let mut random = Random(1);
    let mut frame = Frame::default();
    let fixed: [&[usize]; 9] = [
        &[7],
        &[1300],
        &[9, 700],
        &[700, 9],
        &[60, 70],
        &[3, 4, 600],
        &[600, 4, 3],
        &[12, 10, 14],
        &[5, 6, 4, 7],
    ];
    for (round, shape) in fixed.into_iter().cycle().take(45).enumerate() {
        let dtype = [DType::F64, DType::U8, DType::F32, DType::I16, DType::I64][round % 5];
        let lie = [Lie::RowMajor, Lie::Any, Lie::Repeating][round % 3];
        let mut array = Array::random(&mut random, dtype, shape, lie);
        for axes in 0..1 << shape.len() {
            let sum = |group: &[Value]| group.iter().map(|v| v.re).sum();
            check(ReduceOp::Sum, &mut array, axes, &mut frame, sum);
            let first_largest = |group: &[Value]| {
                let largest = group.iter().map(|v| v.re).fold(0.0, f64::max);
                group.iter().position(|v| v.re == largest).unwrap() as f64
            };
            check(ReduceOp::ArgMax, &mut array, axes, &mut frame, first_largest);
        }
    }
}

/// A sum has the same bits whatever else the program computes, although that shortens the tiles.
#[test]
fn sums_do_not_depend_on_the_program() {
    let mut random = Random(2);
    let mut frame = Frame::default();
    for (shape, lie, transposed) in [
        ([1, 50_000], Lie::RowMajor, false),
        ([40, 1300], Lie::Any, false),
        ([1300, 40], Lie::RowMajor, false),
        ([3000, 7], Lie::Any, false),
        ([250, 250], Lie::Any, false),
        ([250, 250], Lie::RowMajor, true),
        ([2000, 33], Lie::RowMajor, true),
        ([45, 1100], Lie::Any, true),
    ] {
        let mut arrays = vec![Array::random(&mut random, DType::F64, &shape, lie)];
        if transposed {
            let mut y = Array::random(&mut random, DType::F64, &[shape[1], shape[0]], Lie::RowMajor);
            y.shape.reverse();
            y.strides.reverse();
            arrays.push(y);
        }
        // Every row and every column sums to zero: what is left are rounding errors, different ones for any
        // other order of additions.
        for array in &mut arrays {
            for position in positions(&shape) {
                let mirrored = [shape[0] - 1 - position[0], shape[1] - 1 - position[1]];
                let noise = (random.below(1 << 30) as f64).sqrt();
                array.set(
                    &position,
                    Value::new(if position[0] == mirrored[0] && shape[0] > 1 { 0.0 } else { noise }, 0.0),
                );
                if position[1] >= mirrored[1] {
                    let left = array.get(&[position[0], mirrored[1]]).re;
                    array.set(
                        &position,
                        Value::new(if position[1] == mirrored[1] { 0.0 } else { -left }, 0.0),
                    );
                }
                if position[0] > mirrored[0] {
                    let above = array.get(&[mirrored[0], position[1]]).re;
                    array.set(&position, Value::new(-above, 0.0));
                }
            }
        }
        for axes in 1..4 {
            let mut short = Program::new(2);
            let mut src = short.input(DType::F64);
            if transposed {
                let y = short.input(DType::F64);
                src = short.push(Op::Binary(Binary::Add), &[src, y]).unwrap();
            }
            short.reductions.push(Reduction { op: ReduceOp::Sum, src, axes, groups: None });
            let mut long = short.clone();
            let mut regs = vec![src];
            for i in 0..12 {
                let c = long.constant(Scalar::new(f64::from(i)));
                regs.push(long.push(Op::Binary(Binary::Add), &[src, c]).unwrap());
            }
            while let [.., a, b] = regs[..] {
                regs.truncate(regs.len() - 2);
                regs.push(long.push(Op::Binary(Binary::Add), &[a, b]).unwrap());
            }
            let results = [short, long].map(|program| {
                let kernel = Kernel::new(&program, Isa::detect()).unwrap();
                (kernel.tile, reduced(ReduceOp::Sum, &mut arrays, axes, &kernel, &mut frame))
            });
            assert_ne!(results[0].0, results[1].0, "the test needs tiles of different lengths");
            let cells = [shape[1], shape[0], 1][axes as usize - 1];
            let bits = |lines: &[Line]| {
                // SAFETY: one f64 for each cell.
                unsafe { std::slice::from_raw_parts(lines.as_ptr().cast::<u64>(), cells) }.to_vec()
            };
            assert_eq!(bits(&results[0].1), bits(&results[1].1), "{shape:?}, axes {axes:#b}");
            assert!(axes != 3 || bits(&results[0].1) != [0], "the test needs rounding errors");
        }
    }
}

/// Rows with gaps between them are read where they lie, in tiles of several: with the same bits as rows without.
#[test]
fn rows_that_lie_apart() {
    let (mut random, mut frame) = (Random(9), Frame::default());
    for [rows, cols] in [[1, 600], [3, 600], [9, 128], [10, 500], [23, 1500], [5, 5000], [9, 1025], [7, 1030]]
    {
        for op in [
            ReduceOp::Sum,
            ReduceOp::Var { ddof: 0.0, std: true, nan: false },
            ReduceOp::ArgMax,
            ReduceOp::NanSum,
        ] {
            let mut apart = Array::random(&mut random, DType::F64, &[rows, cols + 7], Lie::RowMajor);
            apart.shape[1] = cols;
            let mut adjoining = Array::zeros(&mut random, DType::F64, &[rows, cols], Lie::RowMajor);
            for position in positions(&[rows, cols]) {
                let value = (random.below(1 << 30) as f64).sqrt();
                apart.set(&position, Value::new(value, 0.0));
                adjoining.set(&position, Value::new(value, 0.0));
            }
            for isa in Isa::available() {
                let kernel = Kernel::new(&program(op, DType::F64, 2, 1), isa).unwrap();
                let bits = [&mut apart, &mut adjoining].map(|array| {
                    let out = reduced(op, std::slice::from_mut(array), 1, &kernel, &mut frame);
                    // SAFETY: eight bytes for each column.
                    unsafe { std::slice::from_raw_parts(out.as_ptr().cast::<u64>(), cols) }.to_vec()
                });
                assert_eq!(bits[0], bits[1], "{op:?} of {rows} x {cols}, {isa:?}");
            }
        }
    }
}

/// Formulas that sums compute themselves, of three inputs.
fn formulas(program: &mut Program, dtype: DType) -> Vec<Reg> {
    let [a, b, c] = [0; 3].map(|_| program.input(dtype));
    let half = program.constant(match dtype {
        DType::F32 => Scalar::new(0.3f32),
        _ => Scalar::new(0.3),
    });
    let mut push = |op, src: &[Reg]| program.push(op, src).unwrap();
    let binary = [Op::Binary(Binary::Add), Op::Binary(Binary::Sub), Op::Binary(Binary::Mul)];
    let [add, sub, mul] = binary;
    let mut roots = vec![push(sub.clone(), &[a, b]), push(mul.clone(), &[a, b])];
    for op in [Op::Unary(Unary::Square), Op::Powi(2)] {
        roots.push(push(op.clone(), &[a]));
        let difference = push(sub.clone(), &[b, c]);
        roots.push(push(op, &[difference]));
    }
    let difference = push(sub.clone(), &[a, c]);
    roots.push(push(mul.clone(), &[difference, difference]));
    for factor in [c, half] {
        let product = push(mul.clone(), &[a, b]);
        roots.push(push(mul.clone(), &[product, factor]));
        let difference = push(sub.clone(), &[a, b]);
        roots.push(push(mul.clone(), &[factor, difference]));
        let product = push(mul.clone(), &[a, factor]);
        roots.push(push(add.clone(), &[b, product]));
        let products = [push(mul.clone(), &[a, factor]), push(mul.clone(), &[c, c])];
        roots.push(push(add.clone(), &products));
    }
    roots
}

/// Sums that compute what they add have the bits of sums of registers, however the tiles lie over their cells.
#[test]
fn sums_compute_what_they_add() {
    let (mut random, mut frame) = (Random(11), Frame::default());
    let shapes: [&[usize]; 12] = [
        &[50_000],
        &[3],
        &[517],
        &[40, 1300],
        &[1300, 40],
        &[700, 7],
        &[300, 17],
        &[500, 16],
        &[45, 1100],
        &[2, 1],
        &[3, 200, 5],
        &[7, 30, 40],
    ];
    for (round, shape) in shapes.into_iter().cycle().take(36).enumerate() {
        let pass = round / shapes.len();
        let dtype = [DType::F64, DType::F32][(round + pass) % 2];
        let mut arrays: Vec<Array> = (0..3)
            .map(|k| {
                let lie = if pass > 0 && (round + k) % 4 == 0 { Lie::Any } else { Lie::RowMajor };
                let mut array = Array::zeros(&mut random, dtype, shape, lie);
                for position in positions(shape) {
                    let value = (random.below(1 << 30) as f64).sqrt() - 16_000.0;
                    array.set(&position, Value::new(value, 0.0));
                }
                array
            })
            .collect();
        let roots = formulas(&mut Program::new(shape.len()), dtype).len();
        // Five formulas at a time, so that three passes have all of them.
        let (root, op) =
            ((round + pass) * 5 % roots, [ReduceOp::Sum, ReduceOp::Mean][(round / 2 + pass) % 2]);
        for root in [root, (root + 1) % roots, (root + 2) % roots, (root + 3) % roots, (root + 4) % roots] {
            for axes in 0..1 << shape.len() {
                let mut inside = Program::new(shape.len());
                let src = formulas(&mut inside, dtype)[root];
                // Nothing else is computed.
                let needed = needed(&inside, src);
                inside.instrs = inside.instrs.into_iter().zip(needed).filter(|x| x.1).map(|x| x.0).collect();
                let mut before = inside.clone();
                inside.reductions.push(Reduction { op, src, axes, groups: None });
                // What is read twice has a register.
                before.push(Op::Unary(Unary::Neg), &[src]).unwrap();
                before.reductions.push(Reduction { op, src, axes, groups: None });
                let cells: usize =
                    (0..shape.len()).filter(|k| axes >> k & 1 == 0).map(|k| shape[k]).product();
                for isa in Isa::available() {
                    let bits = [&inside, &before].map(|program| {
                        let kernel = Kernel::new(program, isa).unwrap();
                        let applied = |step: &&Step| matches!(step, Step::Apply { .. });
                        let out = reduced(op, &mut arrays, axes, &kernel, &mut frame);
                        let size = op.result(dtype).unwrap().size();
                        // SAFETY: there is a result for each cell.
                        let bytes =
                            unsafe { std::slice::from_raw_parts(out.as_ptr().cast::<u8>(), cells * size) };
                        (kernel.steps.iter().filter(applied).count(), bytes.to_vec())
                    });
                    let what = format!("formula {root} of {dtype} {shape:?} over {axes:#b}, {isa:?}");
                    assert!(bits[0].0 == 0 && bits[1].0 > 1, "{what}: {} {}", bits[0].0, bits[1].0);
                    assert!(bits[0].1 == bits[1].1, "{what}");
                }
            }
        }
    }
}

/// Which instructions a register depends on.
fn needed(program: &Program, root: Reg) -> Vec<bool> {
    let mut wanted = vec![root];
    let mut needed: Vec<bool> = program
        .instrs
        .iter()
        .rev()
        .map(|instr| {
            let found = wanted.contains(&instr.dst);
            wanted.extend(instr.src.iter().filter(|_| found));
            found
        })
        .collect();
    needed.reverse();
    needed
}

/// Several reductions and a store of one register, and a state that begins in the middle.
#[test]
fn states_begin_anywhere_and_registers_have_several_sinks() {
    let mut random = Random(3);
    let shape = [6, 40];
    let mut program = Program::new(2);
    let x = program.input(DType::F64);
    let y = program.push(Op::Binary(Binary::Add), &[x, x]).unwrap();
    program.stores.push(y);
    for axes in [0b01, 0b11] {
        program.reductions.push(Reduction { op: ReduceOp::Sum, src: y, axes, groups: None });
    }
    let mut x = Array::random(&mut random, DType::F64, &shape, Lie::Any);
    let mut y = Array::zeros(&mut random, DType::F64, &shape, Lie::RowMajor);
    let kernel = Kernel::new(&program, Isa::detect()).unwrap();
    let cells = 100;
    let bytes = reduce::layout(ReduceOp::Sum, DType::F64).bytes(cells);
    let mut memory = [vec![Line([0; 64]); bytes.div_ceil(64)], vec![Line([0; 64]); bytes.div_ceil(64)]];
    let no_index = Coord { base: 0, steps: SmallVec::from_elem(0, 2) };
    let [columns, all] = memory.each_mut().map(|m| m.as_mut_ptr().cast::<u8>());
    let states = [
        State { ptr: columns, cells, cell: 37, steps: [0, 1].into_iter().collect(), index: no_index.clone() },
        State { ptr: all, cells, cell: 5, steps: [0, 0].into_iter().collect(), index: no_index },
    ];
    let (inputs, outputs) = ([x.input()], [y.output(false)]);
    let bind = Bind {
        shape: &shape,
        inputs: &inputs,
        coords: &[],
        outputs: &outputs,
        states: &states,
        selected: &[],
    };
    let mut sums = [vec![0.0f64; cells], vec![0.0f64; cells]];
    // SAFETY: the arrays hold the box, the states all cells that it reaches.
    unsafe {
        for state in [columns, all] {
            reduce::init(ReduceOp::Sum, DType::F64, state, cells);
        }
        kernel.run(&mut Frame::default(), &bind);
        for (state, sums) in [columns, all].into_iter().zip(&mut sums) {
            reduce::finish(ReduceOp::Sum, DType::F64, state, cells, 6, sums.as_mut_ptr().cast()).unwrap();
        }
    }
    for c in 0..cells {
        let column: f64 =
            if (37..77).contains(&c) { (0..6).map(|r| 2.0 * x.get(&[r, c - 37]).re).sum() } else { 0.0 };
        assert_eq!(sums[0][c], column);
        let total: f64 = if c == 5 { sums[0].iter().sum() } else { 0.0 };
        assert_eq!(sums[1][c], total);
    }
    for position in positions(&shape) {
        assert_eq!(y.get(&position), x.get(&position) * 2.0);
    }
}
