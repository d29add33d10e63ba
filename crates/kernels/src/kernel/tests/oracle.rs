//! Arrays with any strides, and the interpreter.

use chunkwise_core::{Complex, DType, Scalar, Strides, dispatch};

use crate::{Binary, Bind, Coord, Frame, Input, Isa, Kernel, Op, Output, Program, State};

/// Every value of these tests is a small integer, exact in every dtype.
pub(super) type Value = Complex<f64>;

/// Numbers without quality, but reproducible.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A shape of up to five axes, most of them short.
    pub(super) fn shape(&mut self) -> Vec<usize> {
        let ndim = self.below(6);
        let mut shape: Vec<usize> = (0..ndim).map(|_| self.pick(&[1, 2, 3, 5, 8, 9, 17])).collect();
        if ndim > 0 {
            let axis = self.below(ndim);
            shape[axis] = self.pick(&[1, 4, 33, 70, 130, 511, 512, 700, 1600]);
        }
        while shape.iter().product::<usize>() > 12_000 {
            let longest = (0..ndim).max_by_key(|&axis| shape[axis]).unwrap();
            shape[longest] = shape[longest] / 2 + 1;
        }
        shape
    }
}

fn encode(dtype: DType, value: Value) -> Scalar {
    let n = value.re;
    match dtype {
        DType::Bool => Scalar::new(n != 0.0),
        DType::I8 => Scalar::new(n as i8),
        DType::I16 => Scalar::new(n as i16),
        DType::I32 => Scalar::new(n as i32),
        DType::I64 => Scalar::new(n as i64),
        DType::U8 => Scalar::new(n as u8),
        DType::U16 => Scalar::new(n as u16),
        DType::U32 => Scalar::new(n as u32),
        DType::U64 => Scalar::new(n as u64),
        DType::F32 => Scalar::new(n as f32),
        DType::F64 => Scalar::new(n),
        DType::C32 => Scalar::new(Complex::new(value.re as f32, value.im as f32)),
        DType::C64 => Scalar::new(value),
        _ => unreachable!(),
    }
}

fn decode(value: Scalar) -> Value {
    let real = |n: f64| Value::new(n, 0.0);
    match value.dtype() {
        DType::Bool => real(f64::from(value.get::<bool>().unwrap())),
        DType::I8 => real(f64::from(value.get::<i8>().unwrap())),
        DType::I16 => real(f64::from(value.get::<i16>().unwrap())),
        DType::I32 => real(f64::from(value.get::<i32>().unwrap())),
        DType::I64 => real(value.get::<i64>().unwrap() as f64),
        DType::U8 => real(f64::from(value.get::<u8>().unwrap())),
        DType::U16 => real(f64::from(value.get::<u16>().unwrap())),
        DType::U32 => real(f64::from(value.get::<u32>().unwrap())),
        DType::U64 => real(value.get::<u64>().unwrap() as f64),
        DType::F32 => real(f64::from(value.get::<f32>().unwrap())),
        DType::F64 => real(value.get::<f64>().unwrap()),
        DType::C32 => {
            let z = value.get::<Complex<f32>>().unwrap();
            Value::new(f64::from(z.re), f64::from(z.im))
        }
        DType::C64 => value.get::<Value>().unwrap(),
        _ => unreachable!(),
    }
}

/// Memory with any strides.
#[derive(Clone, Debug)]
pub(super) struct Array {
    pub(super) dtype: DType,
    /// Aligned for every dtype.
    memory: Vec<u128>,
    /// Elements before the first.
    offset: usize,
    /// Elements in memory, those between the array's own included.
    len: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<isize>,
}

/// How the elements of an [`Array`] may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lie {
    /// Row-major, nothing between.
    RowMajor,
    /// Axes in any order and direction, gaps.
    Any,
    /// The same, and axes along which one element repeats.
    Repeating,
}

impl Array {
    /// An array of zeros.
    pub(super) fn zeros(random: &mut Random, dtype: DType, shape: &[usize], lie: Lie) -> Array {
        let mut axes: Vec<usize> = (0..shape.len()).rev().collect();
        let wild = lie != Lie::RowMajor;
        if wild && random.below(2) == 0 {
            for i in (1..axes.len()).rev() {
                axes.swap(i, random.below(i + 1));
            }
        }
        let mut strides = vec![0; shape.len()];
        let (mut step, mut first, mut last) = (1, 0, 0);
        let tight = random.below(2) == 0;
        for axis in axes {
            if lie == Lie::Repeating && random.below(5) == 0 {
                continue;
            }
            if wild && !tight {
                step *= random.pick(&[1, 1, 1, 2, 3]);
            }
            let reach = step * shape[axis].saturating_sub(1);
            if wild && random.below(6) == 0 {
                strides[axis] = -(step as isize);
                first += reach;
            } else {
                strides[axis] = step as isize;
            }
            last += reach;
            step = step * shape[axis].max(1) + if wild && !tight { random.below(3) } else { 0 };
        }
        let skip = if wild { random.below(4) } else { 0 };
        let len = skip + last + 1;
        let memory = vec![0; (len * dtype.size()).div_ceil(16)];
        Array { dtype, memory, offset: skip + first, len, shape: shape.into(), strides }
    }

    /// An array of small integers, other ones in the gaps.
    pub(super) fn random(random: &mut Random, dtype: DType, shape: &[usize], lie: Lie) -> Array {
        let mut array = Array::zeros(random, dtype, shape, lie);
        let base = array.memory.as_mut_ptr().cast::<u8>();
        for i in 0..array.len {
            let value = Value::new(
                random.below(16) as f64,
                if dtype.is_complex() { random.below(16) as f64 } else { 0.0 },
            );
            // SAFETY: within the memory.
            unsafe { write(base.add(i * dtype.size()), encode(dtype, value)) };
        }
        array
    }

    pub(super) fn ptr(&mut self) -> *mut u8 {
        // SAFETY: within the memory.
        unsafe { self.memory.as_mut_ptr().cast::<u8>().add(self.offset * self.dtype.size()) }
    }

    pub(super) fn get(&self, position: &[usize]) -> Value {
        let at = position.iter().zip(&self.strides).map(|(&p, s)| p as isize * s).sum::<isize>();
        let index = (self.offset as isize + at) as usize;
        assert!(index < self.len);
        // SAFETY: within the memory.
        decode(unsafe { read(self.memory.as_ptr().cast::<u8>().add(index * self.dtype.size()), self.dtype) })
    }

    pub(super) fn set(&mut self, position: &[usize], value: Value) {
        let at = position.iter().zip(&self.strides).map(|(&p, s)| p as isize * s).sum::<isize>();
        let index = (self.offset as isize + at) as usize;
        assert!(index < self.len);
        let dtype = self.dtype;
        // SAFETY: within the memory.
        unsafe {
            write(self.memory.as_mut_ptr().cast::<u8>().add(index * dtype.size()), encode(dtype, value))
        };
    }

    pub(super) fn strides(&self) -> Strides {
        self.strides.iter().copied().collect()
    }

    pub(super) fn input(&mut self) -> Input {
        Input { ptr: self.ptr(), strides: self.strides() }
    }

    pub(super) fn output(&mut self, in_place: bool) -> Output {
        Output { ptr: self.ptr(), strides: self.strides(), in_place }
    }
}

unsafe fn read(ptr: *const u8, dtype: DType) -> Scalar {
    // SAFETY: the caller's promise.
    dispatch!(dtype, Element, T => Scalar::new(unsafe { ptr.cast::<T>().read() }))
}

unsafe fn write(ptr: *mut u8, value: Scalar) {
    // SAFETY: the caller's promise.
    dispatch!(value.dtype(), Element, T => unsafe { ptr.cast::<T>().write(value.get::<T>().unwrap()) });
}

/// Every position of a box, in C order.
pub(super) fn positions(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for &n in shape {
        all = all.into_iter().flat_map(|p| (0..n).map(move |i| [p.clone(), vec![i]].concat())).collect();
    }
    all
}

/// The values of all registers at a position.
pub(super) fn interpret(
    program: &Program,
    inputs: &[Array],
    coords: &[Coord],
    position: &[usize],
) -> Vec<Value> {
    let mut regs = vec![Value::default(); program.regs.len()];
    for (reg, input) in program.inputs.iter().zip(inputs) {
        regs[reg.0 as usize] = input.get(position);
    }
    for (reg, coord) in program.coords.iter().zip(coords) {
        let moved: i64 = position.iter().zip(&coord.steps).map(|(&p, s)| p as i64 * s).sum();
        regs[reg.0 as usize] = Value::new((coord.base + moved) as f64, 0.0);
    }
    for &(reg, value) in &program.constants {
        regs[reg.0 as usize] = decode(value);
    }
    for instr in &program.instrs {
        let src: Vec<Value> = instr.src.iter().map(|r| regs[r.0 as usize]).collect();
        regs[instr.dst.0 as usize] = match instr.op {
            Op::Copy | Op::Cast(_) => src[0],
            Op::Binary(Binary::Add) => src[0] + src[1],
            Op::Binary(Binary::Sub) => src[0] - src[1],
            Op::Binary(Binary::Eq) => Value::new(f64::from(src[0] == src[1]), 0.0),
            _ => unreachable!("not used by these tests"),
        };
    }
    regs
}

/// Runs a program for every instruction set and compares each output with the interpreter's.
pub(super) struct Case {
    pub(super) program: Program,
    pub(super) shape: Vec<usize>,
    pub(super) inputs: Vec<Array>,
    pub(super) coords: Vec<Coord>,
    pub(super) outputs: Vec<Array>,
    /// For each output, the input whose memory it takes.
    pub(super) in_place: Vec<Option<usize>>,
}

impl Case {
    pub(super) fn new(program: Program, shape: &[usize]) -> Self {
        Case {
            program,
            shape: shape.into(),
            inputs: vec![],
            coords: vec![],
            outputs: vec![],
            in_place: vec![],
        }
    }

    pub(super) fn check(&self, frame: &mut Frame, what: &str) {
        let positions = positions(&self.shape);
        let expected: Vec<Vec<Value>> =
            positions.iter().map(|p| interpret(&self.program, &self.inputs, &self.coords, p)).collect();
        for isa in Isa::available() {
            let kernel = Kernel::new(&self.program, isa).unwrap();
            let (mut inputs, mut outputs) = (self.inputs.clone(), self.outputs.clone());
            // Gaps between the elements of an output must survive; this tells.
            let mut untouched = outputs.clone();
            let bound: Vec<Input> = inputs.iter_mut().map(Array::input).collect();
            let stores: Vec<Output> = (0..outputs.len())
                .map(|i| match self.in_place[i] {
                    Some(k) => Output {
                        ptr: bound[k].ptr.cast_mut(),
                        strides: bound[k].strides.clone(),
                        in_place: true,
                    },
                    None => outputs[i].output(false),
                })
                .collect();
            let bind = Bind {
                shape: &self.shape,
                inputs: &bound,
                coords: &self.coords,
                outputs: &stores,
                states: NO_STATES,
                selected: &[],
            };
            // SAFETY: the arrays hold what their shapes and strides reach.
            unsafe { kernel.run(frame, &bind) };
            for (i, reg) in self.program.stores.iter().enumerate() {
                let result = self.in_place[i].map_or(&outputs[i], |k| &inputs[k]);
                for (position, expected) in positions.iter().zip(&expected) {
                    assert_eq!(
                        result.get(position),
                        expected[reg.0 as usize],
                        "{what}, {isa:?}, output {i} at {position:?} of {:?}: {:?}, inputs {:?}",
                        self.shape,
                        result.strides,
                        self.inputs.iter().map(|a| &a.strides).collect::<Vec<_>>(),
                    );
                }
                for position in &positions {
                    untouched[i].set(position, outputs[i].get(position));
                }
                assert_eq!(untouched[i].memory, outputs[i].memory, "{what}: a gap of output {i} was written");
            }
        }
    }
}

const NO_STATES: &[State] = &[];
