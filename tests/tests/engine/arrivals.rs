//! Plans that arrive: bytes from elsewhere are checked before anything is run.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, DType, Grid};
use chunkwise_expr::{Optimise, Want, plan_in_units};
use chunkwise_kernels::{Binary, Op, Reg};
use chunkwise_plan::{
    ArrayId, CombineStage, FusedStage, Plan, Sources, Stage, Storage, TaskGraph, WIRE_VERSION, WireError,
};
use ndarray::{Axis, s};

use crate::support::{rough, run_in_order};

fn matrix() -> ChunkedArray2<f64> {
    ChunkedArray::from_array(rough(&[12, 10]).into_dimensionality().unwrap(), (5, 4)).unwrap()
}

/// A plan with every kind of stage, storage and root.
fn rich_plan(folder: &std::path::Path) -> (Plan, Sources) {
    let path = folder.join("x.npy");
    matrix().write_npy(&path).unwrap();
    let x = ChunkedArray2::<f64>::from_npy(&path, (4, 4)).unwrap();
    let kept = matrix().cos().persist().unwrap();
    let y = &x * &matrix() + &kept;
    let z = (y.exp().sin().sqrt() - &y.mean()).invert_axis(Axis(0)).unwrap();
    let joined =
        concatenate(Axis(0), &[&z + &z.slice(s![..;-1, ..]).unwrap(), y.slice(s![..4, ..]).unwrap()])
            .unwrap();
    let roots = [joined.expr().clone(), joined.std_axis(Axis(1), 0.0).unwrap().expr().clone()];
    plan_in_units(&roots, Want::Array, Optimise::All, 20).unwrap()
}

#[test]
fn other_versions_and_other_bytes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, _) = rich_plan(folder.path());
    let bytes = plan.to_bytes().unwrap();
    assert_eq!(Plan::from_bytes(&bytes).unwrap(), plan);

    assert_eq!(u32::from(bytes[0]), WIRE_VERSION, "the version comes first");
    for version in [0, WIRE_VERSION as u8 + 1, 100] {
        let mut other = bytes.clone();
        other[0] = version;
        let error = Plan::from_bytes(&other).unwrap_err();
        assert!(matches!(error, WireError::Version { found } if found == u32::from(version)), "{error:?}");
        assert!(error.to_string().contains(&format!("version {version}")), "{error}");
    }
    for len in 0..bytes.len() {
        assert!(Plan::from_bytes(&bytes[..len]).is_err(), "the first {len} of {} bytes", bytes.len());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(
        Plan::from_bytes(&longer).unwrap_err().to_string().contains("1 bytes follow"),
        "something follows"
    );
    for text in [&b""[..], b"\x01", b"\x01not a plan at all", &[0xff; 64], &[1; 64], &[0; 64]] {
        assert!(Plan::from_bytes(text).is_err(), "{text:?}");
    }
}

fn fused(plan: &mut Plan) -> &mut FusedStage {
    let last = plan.stages.iter_mut().rev().find_map(|stage| match stage {
        Stage::Fused(fused) => Some(fused),
        _ => None,
    });
    last.expect("a program")
}

fn combine(plan: &mut Plan) -> &mut CombineStage {
    let first = plan.stages.iter_mut().find_map(|stage| match stage {
        Stage::Combine(combine) => Some(combine),
        _ => None,
    });
    first.expect("a merge")
}

/// The storage of an array that is computed, and returned or not.
fn computed(plan: &mut Plan, wanted: bool) -> (&mut Vec<u32>, &mut u32, &mut bool) {
    let found = plan.arrays.iter_mut().find_map(|array| match &mut array.storage {
        Storage::Computed { tasks, slot, returned, .. } if *returned == wanted => {
            Some((tasks, slot, returned))
        }
        _ => None,
    });
    found.expect("a computed array")
}

/// A plan whose parts each make sense, but not together: it would read or write what is not its own.
#[test]
fn contradictions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, _) = rich_plan(folder.path());
    type Spoil = fn(&mut Plan);
    let cases: Vec<(&str, Spoil)> = vec![
        ("parts", |p| fused(p).parts = Grid::new([AxisGrid::whole(3), AxisGrid::whole(3)])),
        ("programs for", |p| drop(fused(p).variants.pop())),
        ("operands", |p| drop(fused(p).variants[0].inputs.pop())),
        ("operands", |p| fused(p).variants[0].program.ndim = 3),
        ("is not defined", |p| {
            let program = &mut fused(p).variants[0].program;
            let float = program.regs.iter().position(|&dtype| dtype == DType::F64).unwrap() as u32;
            program.push(Op::Binary(Binary::Add), &[Reg(float), Reg(float)]).unwrap();
            program.instrs.last_mut().unwrap().op = Op::Binary(Binary::BitAnd);
        }),
        ("before it is written", |p| {
            let program = &mut fused(p).variants[0].program;
            program.regs.push(DType::F64);
            program.stores[0] = Reg(program.regs.len() as u32 - 1);
        }),
        ("does not exist", |p| fused(p).variants[0].program.stores[0] = Reg(9999)),
        ("no array 99", |p| fused(p).variants[0].inputs[0].array = ArrayId(99)),
        ("input 0 does not match", |p| fused(p).variants[0].inputs[0].view.shape[0] += 1),
        ("input 0 does not match", |p| fused(p).variants[0].inputs[0].view.source.clear()),
        ("input 0 does not match", |p| fused(p).variants[0].inputs[0].view.source[0].axis = Some(2)),
        ("outside of axis 0", |p| fused(p).variants[0].inputs[0].view.source[0].start += 100),
        ("outside of axis 1", |p| fused(p).variants[0].inputs[0].view.source[1].step *= 2),
        ("outside of axis 1", |p| fused(p).variants[0].inputs[0].view.source[1].step = isize::MIN),
        ("store 0", |p| fused(p).stores[0] = fused(p).reductions[0].array),
        ("reduction 0", |p| fused(p).reductions[0].count += 1),
        ("reduction 0", |p| fused(p).reductions[0].partial ^= true),
        ("reduction 0", |p| fused(p).reductions[0].keep ^= true),
        ("reduction 0", |p| fused(p).reductions[0].axes ^= 1),
        ("reduction 0", |p| fused(p).reductions[0].operand = DType::F32),
        ("merges a reduction", |p| combine(p).stage += 1000),
        ("merges a reduction", |p| combine(p).reduction += 1),
        ("no cell", |p| combine(p).nodes[0].cell = 1000),
        ("does not compute|no part|another", |p| combine(p).nodes[0].finish ^= true),
        ("not all of it is computed", |p| computed(p, true).0[0] = Storage::UNUSED),
        ("which is not made", |p| computed(p, false).0.fill(Storage::UNUSED)),
        ("there is no task", |p| computed(p, false).0[0] = 1_000_000),
        ("does not compute", |p| computed(p, true).0.swap(0, 1)),
        ("does not match|store", |p| *computed(p, true).1 += 1),
        ("but not returned", |p| *computed(p, true).2 = false),
        ("is to be kept|kept", |p| p.graph.keep(0)),
        ("computed twice|two tasks|does not match", |p| {
            let stage = Stage::Fused(fused(p).clone());
            p.stages.push(stage);
        }),
        ("two tasks", |p| {
            let task = *p.tasks.last().unwrap();
            p.tasks.push(task);
            p.graph.push(&[], 0, 0);
        }),
        ("not made", |p| {
            // The same tasks without an edge between them.
            let mut graph = TaskGraph::new();
            (0..p.tasks.len()).for_each(|_| assert!(graph.push(&[], 8, 8) < u32::MAX));
            p.graph = graph;
            p.graph.hold(p.returned_bytes() + p.own_bytes());
        }),
    ];
    for (number, (message, spoil)) in cases.iter().enumerate() {
        let mut spoiled = plan.clone();
        spoil(&mut spoiled);
        let error =
            Plan::from_bytes(&spoiled.to_bytes().unwrap()).expect_err(&format!("case {number}: {message}"));
        let text = error.to_string();
        assert!(
            message.split('|').any(|part| text.contains(part)),
            "case {number}: {message:?} is not in {text:?}"
        );
    }
}

/// A plan is run with sources of another shape: that is a mistake of the program, and not of the plan.
#[test]
#[should_panic(expected = "a plan needs its own sources")]
fn sources_of_another_plan() {
    let plan_of = |x: &ChunkedArray2<f64>| {
        plan_in_units(std::slice::from_ref((x + 1.0).expr()), Want::Array, Optimise::All, 10).unwrap()
    };
    let (plan, _) = plan_of(&matrix());
    let (_, others) = plan_of(&matrix().slice(s![1.., ..]).unwrap().persist().unwrap());
    run_in_order(&plan, &others, |_, _| ());
}

/// Whatever single byte is changed, the plan is refused or can be run: it never reads or writes what is not its own.
/// (What it computes may differ: constants and operations may be any.)
#[test]
fn changed_bytes_are_refused_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, sources) = rich_plan(folder.path());
    let bytes = plan.to_bytes().unwrap();
    let (mut refused, mut harmless) = (0, 0);
    let mut failures = Vec::new();
    for at in 1..bytes.len() {
        for value in [0, 1, bytes[at] ^ 1, bytes[at] ^ 2, bytes[at].wrapping_add(5), 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            match catch_unwind(|| Plan::from_bytes(&changed)) {
                Ok(Err(_)) => refused += 1,
                Ok(Ok(arrived)) => {
                    harmless += 1;
                    // Sources that are not those of the plan, and units without a value, end in a panic here.
                    let _ = catch_unwind(AssertUnwindSafe(|| run_in_order(&arrived, &sources, |_, _| ())));
                }
                Err(_) => failures.push(format!("byte {at} from {} to {value}", bytes[at])),
            }
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
    assert!(refused > harmless && harmless > 100, "{refused} refused, {harmless} harmless");
}
