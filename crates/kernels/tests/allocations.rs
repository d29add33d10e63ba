//! Runs allocate nothing once a frame has grown, whichever kernels it serves in turn.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chunkwise_core::{DType, Scalar};
use chunkwise_kernels::{Binary, Bind, Frame, Input, Isa, Kernel, Op, Output, Program};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// `x + c`, or a copy when there is no `c`.
fn kernel(c: Option<f64>) -> Kernel {
    let mut program = Program::new(2);
    let mut x = program.input(DType::F64);
    if let Some(c) = c {
        let c = program.constant(Scalar::new(c));
        x = program.push(Op::Binary(Binary::Add), &[x, c]).unwrap();
    }
    program.stores.push(x);
    Kernel::new(&program, Isa::detect()).unwrap()
}

#[test]
fn runs_allocate_nothing() {
    let kernels = [kernel(Some(1.0)), kernel(None), kernel(Some(2.0))];
    let x = vec![1.0f64; 200 * 300];
    let mut y = vec![0.0f64; 200 * 300];
    let bound =
        |strides: [isize; 2]| Input { ptr: x.as_ptr().cast(), strides: strides.into_iter().collect() };
    // Rows, columns, and something that must be gathered.
    let inputs = [[bound([300, 1])], [bound([1, 200])], [bound([0, 2])]];
    let outputs =
        [Output { ptr: y.as_mut_ptr().cast(), strides: [150, 1].into_iter().collect(), in_place: false }];
    let mut frame = Frame::default();
    let mut run = || {
        for kernel in &kernels {
            for inputs in &inputs {
                for shape in [[1, 1], [200, 150]] {
                    let bind = Bind {
                        shape: &shape,
                        inputs,
                        coords: &[],
                        outputs: &outputs,
                        states: &[],
                        selected: &[],
                    };
                    // SAFETY: both arrays hold every element that these strides and shapes reach.
                    unsafe { kernel.run(&mut frame, &bind) };
                }
            }
        }
    };
    run();
    let before = COUNT.get();
    run();
    assert_eq!(COUNT.get() - before, 0);
    assert_eq!(y[..200 * 150], [3.0; 200 * 150]);
}
