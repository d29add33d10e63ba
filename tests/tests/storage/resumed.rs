//! Writes that an earlier process began.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Optimise, Want, plan_in_units};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Runner, TaskOutput};
use chunkwise_tests::{Calls, Store, run_in_order};
use ndarray::{Array2, Axis};

#[test]
fn what_is_there_is_neither_computed_nor_written() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_block_fn((12, 12).chunked((3, 4)), move |block| {
        counted.count();
        Array2::from_elem(block.shape, (block.index[0] * 10 + block.index[1]) as f64)
    })
    .unwrap();
    let cells = Grid::new([AxisGrid::regular(12, 6), AxisGrid::regular(12, 4)]);
    for (what, y) in [("a source", x.clone()), ("a scan", x.cumsum_axis(Axis(0)).unwrap())] {
        let store = Store::empty(y.shape(), Some(cells.clone()));
        // A process that is stopped when it has written two blocks, and another one that does the rest.
        let plan = || {
            let want = Want::Written(Arc::new(store.clone()));
            plan_in_units(&[y.expr().clone()], want, Optimise::All, 24).unwrap()
        };
        calls.take();
        let (first, sources) = plan();
        let runner = Runner::new(&first, &sources, Isa::detect()).unwrap();
        let mut outputs: Vec<TaskOutput> = Vec::new();
        while store.writes() < 2 {
            let task = outputs.len() as u32;
            let inputs = first.graph.inputs(task).iter();
            let mut inputs: Vec<TaskOutput> = inputs.map(|&input| outputs[input as usize].clone()).collect();
            outputs.push(runner.run(task, &mut inputs).unwrap());
        }
        let before = calls.take();
        store.interrupt();
        let (rest, sources) = plan();
        assert!(rest.tasks.len() < first.tasks.len(), "{what}");
        run_in_order(&rest, &sources, |_, _| ());
        assert_eq!(store.take_writes().len(), 4, "{what}: two of six were there");
        // A scan needs what comes before.
        let after = calls.take();
        let computed = if what == "a scan" { 12 } else { 8 };
        assert!(before > 0 && after == computed, "{what}: {before} blocks, then {after} of 12");
        assert_eq!(store.values(), y.compute().unwrap().into_dyn(), "{what}");
    }
}
