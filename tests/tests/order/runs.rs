//! Threads, memory limits, files, and plans sent elsewhere.

use chunkwise::prelude::*;
use chunkwise::{Detail, Pick, Picture, explain};
use chunkwise_core::{DType, Grid};
use chunkwise_expr::{Expr, Optimise, Want, plan_in_units};
use chunkwise_kernels::order::{Method, OrderOp};
use chunkwise_kernels::random::Parameter;
use chunkwise_plan::{OrderStage, Plan, Sources, Stage, TaskId, WireError};
use chunkwise_tests::{Rng, all_bytes, assert_same_bits, bits, run_in_order};
use ndarray::{Array2, Axis};

use crate::support::{chunked, rough};

#[test]
fn the_bits_do_not_depend_on_threads_or_memory() {
    let mut rng = Rng::new(9);
    let x = chunked(&rough(&[700, 600], &mut rng, true), &mut rng);
    let made = x.mapv(|v| v * 1.1);
    let results = [
        x.median_axis(vec![Axis(0)]).unwrap(),
        made.nanquantile_axis(vec![Axis(1)], vec![0.1, 0.9]).unwrap(),
        made.sort_axis(Axis(0)).unwrap(),
        (&x * 2.0).topk_axis(Axis(1), 7).unwrap(),
        x.nanmedian().into_dyn(),
    ];
    for result in results {
        assert_same_bits(&result, "an order statistic");
    }
}

#[test]
fn results_are_persisted_written_and_read() {
    let mut rng = Rng::new(10);
    let values = rough(&[200, 90], &mut rng, false).into_dimensionality().unwrap();
    let x = ChunkedArray::from_array(values, 40).unwrap();
    let sorted = x.sort_axis(Axis(0)).unwrap();
    let kept = sorted.persist().unwrap();
    assert_eq!(kept.chunks(), sorted.chunks());
    assert_eq!(kept.compute().unwrap(), sorted.compute().unwrap());
    assert_eq!(
        bits(&kept.median_axis(Axis(0)).unwrap().compute().unwrap()),
        bits(&x.median_axis(Axis(0)).unwrap().compute().unwrap())
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sorted.npy");
    sorted.write_npy(&path).unwrap();
    let read = ChunkedArray2::<f64>::from_npy(&path, 30).unwrap();
    assert_eq!(read.compute().unwrap(), sorted.compute().unwrap());
    let medians = read.median_axis(Axis(1)).unwrap().compute().unwrap();
    assert_eq!(medians, sorted.median_axis(Axis(1)).unwrap().compute().unwrap());
    let both = compute((x.median().value(), x.sum_axis(Axis(0)).unwrap())).unwrap();
    assert_eq!(both.0, x.median().scalar().unwrap());
}

/// Everything there is to do, of operands that are computed, in small units.
fn planned(units: usize) -> (Plan, Sources) {
    let mut rng = Rng::new(11);
    let x = chunked(&rough(&[12, 20], &mut rng, true), &mut rng);
    let y = &x - x.sum_axis(keep(vec![Axis(0)])).unwrap();
    let roots: Vec<Expr> = vec![
        y.median_axis(vec![Axis(0)]).unwrap().expr().clone(),
        x.nanmedian_axis(vec![Axis(0), Axis(1)]).unwrap().expr().clone(),
        y.quantile_axis(vec![Axis(1)], [0.5, 0.75]).unwrap().expr().clone(),
        x.quantile_axis(vec![Axis(1)], Pick::Nearest.of(0.3)).unwrap().expr().clone(),
        y.sort_axis(Axis(0)).unwrap().expr().clone(),
        x.argsort_axis(Axis(1)).unwrap().expr().clone(),
        x.topk_axis(Axis(0), 3).unwrap().expr().clone(),
        y.argtopk_axis(Axis(1), -4).unwrap().expr().clone(),
        x.mask(&x.gt(0.0).unwrap()).unwrap().median().expr().clone(),
    ];
    plan_in_units(&roots, Want::Array, Optimise::All, units).unwrap()
}

#[test]
fn plans_arrive_as_they_left() {
    let mut all = Vec::new();
    for units in [1, 30, 10_000] {
        let (plan, sources) = planned(units);
        let arrived = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap();
        assert_eq!(arrived, plan);
        let run = |plan: &Plan| -> Vec<Vec<u8>> {
            let results = run_in_order(plan, &sources, |_, _| ());
            results.iter().map(|result| all_bytes(std::slice::from_ref(result))).collect()
        };
        let here = run(&plan);
        assert_eq!(run(&arrived), here);
        all.push(here);
    }
    assert!(all[0].len() == 9 && all.iter().all(|results| *results == all[0]), "units do not matter");
}

#[test]
fn closures_of_operands_stay_here() {
    let x = ChunkedArray::from_array(Array2::<f64>::zeros((30, 4)), 10).unwrap();
    let roots = [x.mapv(|v| v).median_axis(Axis(0)).unwrap().expr().clone()];
    let (plan, _) = plan_in_units(&roots, Want::Array, Optimise::All, 1 << 20).unwrap();
    assert!(matches!(plan.to_bytes().unwrap_err(), WireError::Closure { name, .. } if name == "mapv"));
}

/// The first stage of this operation.
fn stage<'a>(plan: &'a mut Plan, wanted: &str) -> &'a mut OrderStage {
    let found = plan.stages.iter_mut().find_map(|stage| match stage {
        Stage::Order(stage) if stage.op.name() == wanted => Some(stage),
        _ => None,
    });
    found.expect("it is there")
}

#[test]
fn stages_that_contradict_themselves_do_not_arrive() {
    type Spoil = fn(&mut Plan);
    let cases: [(&str, Spoil); 17] = [
        ("whole lanes", |p| stage(p, "sort").axes = 1 << 40),
        ("whole lanes", |p| stage(p, "sort").axes = 2),
        ("does not match array", |p| stage(p, "sort").units = Grid::whole(&[12])),
        ("does not match array", |p| stage(p, "sort").units = Grid::whole(&[12, 21])),
        ("does not match array", |p| stage(p, "sort").units = Grid::whole(&[12, 20])),
        ("does not give", |p| stage(p, "sort").place = None),
        ("does not give", |p| stage(p, "sort").place = Some(7)),
        ("does not give", |p| stage(p, "sort").masked = true),
        ("does not match array", |p| stage(p, "sort").place = Some(1)),
        ("does not match array", |p| stage(p, "sort").op = OrderOp::ArgSort),
        ("does not match array", |p| stage(p, "topk").op = OrderOp::Top { k: 4 }),
        ("does not match array", |p| stage(p, "sort").operand = DType::F32),
        ("does not give", |p| {
            let fractions = [0.5, 7.0].map(Parameter::new).into();
            stage(p, "quantile").op = OrderOp::Quantile { fractions, method: Method::Linear, nan: false };
        }),
        ("its axes and operands", |p| stage(p, "median").masked = !stage(p, "median").masked),
        ("parts are not", |p| stage(p, "sort").elements.parts = Grid::whole(&[3, 3])),
        ("parts are not", |p| stage(p, "sort").elements.variants.clear()),
        ("reaches outside", |p| {
            stage(p, "argsort").elements.variants[0].inputs[0].view.source[0].start = 1 << 30;
        }),
    ];
    for (number, (message, spoil)) in cases.into_iter().enumerate() {
        let (mut plan, ..) = planned(30);
        spoil(&mut plan);
        let error = Plan::from_bytes(&plan.to_bytes().unwrap()).expect_err(message).to_string();
        assert!(error.contains(message), "case {number}: {error}");
    }
    // Tasks that do not read what their lanes are made of.
    let (mut plan, ..) = planned(1);
    let sort = plan.stages.iter().position(|stage| matches!(stage, Stage::Order(s) if s.op == OrderOp::Sort));
    let sort = sort.unwrap() as u32;
    let tasks: Vec<usize> = (0..plan.tasks.len()).filter(|&t| plan.tasks[t].stage == sort).collect();
    let (a, b) = (tasks[0], *tasks.last().unwrap());
    assert_ne!(plan.graph.inputs(a as TaskId), plan.graph.inputs(b as TaskId));
    let units = (plan.tasks[a].unit, plan.tasks[b].unit);
    (plan.tasks[a].unit, plan.tasks[b].unit) = (units.1, units.0);
    assert!(Plan::from_bytes(&plan.to_bytes().unwrap()).is_err());
}

#[test]
fn a_panic_below_names_the_chunk() {
    let x = ChunkedArray::from_array(Array2::from_shape_fn((40, 30), |(i, j)| (i * 30 + j) as i64), (10, 7))
        .unwrap();
    let bad = x.mapv(|v| {
        assert!(v != 25 * 30 + 8, "spoilt");
        v as f64
    });
    let error = bad.median_axis(Axis(0)).unwrap().compute().unwrap_err().to_string();
    assert!(error.contains("spoilt") && error.contains("[2, 1]"), "{error}");
}

#[test]
fn explanations_and_pictures_name_what_is_done() {
    let x = ChunkedArray::from_array(Array2::<f64>::zeros((300, 40)), 20).unwrap();
    let medians = (&x * 2.0).median_axis(Axis(0)).unwrap();
    let text = medians.explain().unwrap().to_string();
    assert!(text.contains("order [mul, median]"), "{text}");
    assert!(text.contains("median #"), "{text}");
    let sorted = x.sort_axis(Axis(1)).unwrap();
    assert!(explain((&medians, &sorted)).unwrap().to_string().contains("order [sort]"));
    for optimised in [false, true] {
        for result in [medians.clone().into_dyn(), sorted.clone().into_dyn()] {
            let picture = Picture::new(&result).optimised(optimised);
            let svg = picture.to_svg().unwrap();
            assert!(svg.contains("median") || svg.contains("sort"), "{svg}");
            let layers = picture.detail(Detail::Layers).to_svg().unwrap();
            assert!(layers.contains("</svg>"));
        }
    }
}
