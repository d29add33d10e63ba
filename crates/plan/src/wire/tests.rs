//! Contradictions in what arrives. (Plans that make sense are sent round in the tests of the whole engine.)

use chunkwise_core::{AxisGrid, DType, Grid};

use super::WireError;
use crate::{
    Array, ArrayId, Origin, Plan, ReadStage, Root, Stage, StageInfo, Storage, Task, TaskGraph, TaskId,
};

/// The fields of a graph as they are sent: starts of the inputs, inputs, bytes of results, scratch, kept, bytes
/// held throughout.
type Fields = (Vec<u32>, Vec<TaskId>, Vec<u64>, Vec<u64>, Vec<TaskId>, u64);

/// What a complaint says, and how to deserve it.
type Case<T> = (&'static str, fn(&mut T));

fn graph(fields: Fields) -> TaskGraph {
    postcard::from_bytes(&postcard::to_stdvec(&fields).unwrap()).unwrap()
}

#[test]
fn graphs() {
    let good = || (vec![0, 0, 1], vec![0], vec![8, 8], vec![0, 0], vec![1], 24);
    assert_eq!(graph(good()).check(), Ok(()));
    assert_eq!(TaskGraph::new().check(), Ok(()));
    assert_eq!(TaskGraph::default().check(), Ok(()));
    let cases: [Case<Fields>; 12] = [
        ("do not belong", |g| g.0 = vec![]),
        ("do not belong", |g| g.0.truncate(2)),
        ("do not belong", |g| g.0[0] = 1),
        ("do not belong", |g| g.0 = vec![0, 2, 1]),
        ("do not belong", |g| g.0[2] = 2),
        ("do not belong", |g| g.3.clear()),
        ("does not come before", |g| g.1[0] = 1),
        ("does not come before", |g| g.1[0] = 7),
        ("twice", |g| {
            g.0[2] = 2;
            g.1.push(0);
        }),
        ("to be kept", |g| g.4[0] = 2),
        ("counted", |g| g.2 = vec![u64::MAX, 1]),
        ("counted", |g| g.5 = u64::MAX - 1),
    ];
    for (number, (message, spoil)) in cases.into_iter().enumerate() {
        let mut fields = good();
        spoil(&mut fields);
        let error = graph(fields).check().expect_err(message);
        assert!(error.contains(message), "case {number}: {error}");
    }
}

fn reads() -> Plan {
    let grid = Grid::new([AxisGrid::regular(10, 5)]);
    let origin = Origin { file: "here.rs".into(), line: 1, column: 1 };
    let info = StageInfo { label: "x.npy".to_owned(), origin, chunks: grid.clone() };
    let mut graph = TaskGraph::new();
    for _ in 0..2 {
        let task = graph.push(&[], 40, 0);
        graph.keep(task);
    }
    let shape = |n: usize| [n].into_iter().collect();
    let boxes = vec![(0, shape(0), shape(5)), (1, shape(5), shape(5))];
    let array = ArrayId(0);
    let mut plan = Plan {
        arrays: vec![Array {
            dtype: DType::F64,
            shape: shape(10),
            storage: Storage::Computed { grid, tasks: vec![0, 1], slot: 0, returned: false },
        }],
        stages: vec![Stage::Read(ReadStage { info, source: 0, array, boxes, closure: false })],
        tasks: vec![Task { stage: 0, unit: 0 }, Task { stage: 0, unit: 1 }],
        graph,
        roots: vec![Root::Tiles(array)],
    };
    plan.graph.hold(plan.own_bytes());
    plan
}

#[test]
fn plans() {
    assert_eq!(Plan::from_bytes(&reads().to_bytes().unwrap()).unwrap(), reads());
    fn read(plan: &mut Plan) -> &mut ReadStage {
        let Stage::Read(read) = &mut plan.stages[0] else { unreachable!() };
        read
    }
    let cases: [Case<Plan>; 18] = [
        ("tasks in a graph", |p| p.tasks.truncate(1)),
        ("too large", |p| p.arrays[0].shape = [usize::MAX, 2].into_iter().collect()),
        ("in a grid of shape", |p| p.arrays[0].shape[0] = 11),
        ("are returned", |p| p.graph.hold(80)),
        ("there is no array 3", |p| read(p).array = ArrayId(3)),
        ("there is no array 1", |p| p.roots[0] = Root::Tiles(ArrayId(1))),
        ("is a source", |p| p.arrays[0].storage = Storage::Memory(0)),
        ("impossible way", |p| read(p).info.chunks = Grid::new([AxisGrid::Regular { len: 3, size: 0 }])),
        ("impossible way", |p| read(p).info.chunks = Grid::new([AxisGrid::Explicit(vec![0].into())])),
        ("impossible way", |p| read(p).info.chunks = Grid::new([AxisGrid::Explicit(vec![0, 4, 3].into())])),
        ("there is no cell 2", |p| read(p).boxes[1].0 = 2),
        ("reads outside of cell", |p| read(p).boxes[1].2[0] = 6),
        ("reads outside of cell", |p| read(p).boxes[1].1[0] = usize::MAX),
        ("reads outside of cell", |p| read(p).boxes[1].1.push(0)),
        ("which there is not", |p| p.tasks[1].unit = 2),
        ("is two tasks", |p| p.tasks[1].unit = 0),
        ("does not compute cell", |p| p.tasks.swap(0, 1)),
        ("not returned", |p| p.roots[0] = Root::Array(ArrayId(0))),
    ];
    for (number, (message, spoil)) in cases.into_iter().enumerate() {
        let mut plan = reads();
        spoil(&mut plan);
        let error = Plan::from_bytes(&plan.to_bytes().unwrap()).expect_err(message);
        assert!(matches!(error, WireError::Invalid { .. }), "case {number}: {error:?}");
        assert!(error.to_string().contains(message), "case {number}: {error}");
    }
}

#[test]
fn functions_neither_leave_nor_arrive() {
    let mut plan = reads();
    let Stage::Read(read) = &mut plan.stages[0] else { unreachable!() };
    read.info.label = "from_block_fn".to_owned();
    read.closure = true;
    let error = plan.to_bytes().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the closure given to `from_block_fn` at here.rs:1:1 cannot leave this process; use built-in operations, \
         or compute here"
    );
    let forged = postcard::to_stdvec(&super::Outgoing(super::WIRE_VERSION, &plan)).unwrap();
    assert!(Plan::from_bytes(&forged).unwrap_err().to_string().contains("cannot arrive"));
}
