//! Checks the rules that every graph keeps, after every pass.

use chunkwise_core::{DType, Shape};
use smallvec::SmallVec;

use crate::graph::{Graph, GraphNode};
use crate::node::{Kind, MetaRef};

/// What the caller was promised of a root.
pub(crate) type RootMeta = (DType, MetaRef);

pub(crate) fn root_metas(graph: &Graph) -> Vec<RootMeta> {
    graph.roots.iter().map(|&root| (graph.node(root).dtype, graph.node(root).meta.clone())).collect()
}

/// Checks order, dtypes and shapes of every node, and that the roots are still what they were.
pub(crate) fn verify(graph: &Graph, roots: &[RootMeta]) -> Result<(), String> {
    if graph.roots.len() != roots.len() {
        return Err(format!("{} roots became {}", roots.len(), graph.roots.len()));
    }
    for (i, (&root, (dtype, meta))) in graph.roots.iter().zip(roots).enumerate() {
        let node = graph.nodes.get(root as usize).ok_or_else(|| format!("root {i} does not exist"))?;
        if node.dtype != *dtype || node.meta.shape != meta.shape {
            return Err(format!("root {i} changed from {dtype} {:?}", meta.shape));
        }
        if !MetaRef::same(&node.meta, meta) {
            return Err(format!("the chunks of root {i} changed"));
        }
    }
    for (id, node) in graph.nodes.iter().enumerate() {
        if let Some(&input) = node.inputs.iter().find(|&&input| input as usize >= id) {
            return Err(format!("node {id} ({}) reads node {input}, which comes later", node.kind.name()));
        }
        check(graph, node).map_err(|what| format!("node {id} ({}): {what}", node.kind.name()))?;
    }
    Ok(())
}

fn check(graph: &Graph, node: &GraphNode) -> Result<(), String> {
    let input = |i: usize| -> Result<&GraphNode, String> {
        node.inputs.get(i).map(|&id| graph.node(id)).ok_or_else(|| format!("has no input {i}"))
    };
    let expect = |dtype: DType, shape: &[usize]| -> Result<(), String> {
        if node.dtype == dtype && node.meta.shape[..] == *shape {
            return Ok(());
        }
        Err(format!("is {} {:?}, should be {dtype} {shape:?}", node.dtype, node.meta.shape))
    };
    match &node.kind {
        Kind::Fill(value) => expect(value.dtype(), &node.meta.shape),
        Kind::Coord(steps) if steps.len() != node.meta.shape.len() => {
            Err(format!("has steps along {} axes, not {}", steps.len(), node.meta.shape.len()))
        }
        Kind::Coord(_) => expect(DType::I64, &node.meta.shape),
        Kind::Memory(block) => expect(block.dtype(), block.shape()),
        Kind::Persisted(tiles) => expect(node.dtype, &tiles.grid.shape()),
        Kind::Region(source) => expect(source.dtype(), source.shape()),
        Kind::Blocks { .. } | Kind::Value { .. } | Kind::Call(_) => Ok(()),
        Kind::FromValues(_) => {
            let values = node.inputs.iter().all(|&id| graph.node(id).kind.is_value());
            if values && node.inputs.len() == node.meta.grid.count() {
                return Ok(());
            }
            Err(format!("does not have one value for each of {} chunks", node.meta.grid.count()))
        }
        Kind::Elementwise(op) => {
            let mut dtypes: SmallVec<[DType; 3]> = SmallVec::new();
            for i in 0..node.inputs.len() {
                let operand = input(i)?;
                if operand.kind.is_value() {
                    return Err(format!("operand {i} is no array"));
                }
                dtypes.push(operand.dtype);
                if !operand.meta.shape.is_empty()
                    && !MetaRef::ptr_eq(&operand.meta, &node.meta)
                    && operand.meta.shape != node.meta.shape
                {
                    return Err(format!(
                        "operand {i} has shape {:?}, not {:?}",
                        operand.meta.shape, node.meta.shape
                    ));
                }
            }
            match op.result(&dtypes) {
                Some(dtype) if dtype == node.dtype => Ok(()),
                Some(dtype) => Err(format!("is {}, should be {dtype}", node.dtype)),
                None => Err(format!("is not defined for {dtypes:?}")),
            }
        }
        Kind::Reduce { op, axes, keep } => {
            let operand = input(0)?;
            let shape: Shape = (operand.meta.shape.iter().enumerate())
                .filter_map(|(k, &n)| if axes & (1 << k) == 0 { Some(n) } else { keep.then_some(1) })
                .collect();
            match op.result(operand.dtype) {
                Some(dtype) => expect(dtype, &shape),
                None => Err(format!("is not defined for {}", operand.dtype)),
            }
        }
        Kind::Grouped { op, axes, groups, .. } => {
            let (operand, by) = (input(0)?, input(1)?);
            let kept = operand.meta.shape.iter().enumerate().filter(|(k, _)| axes & (1 << k) == 0);
            let first = groups.axis.then_some(groups.count as usize);
            let shape: Shape = first.into_iter().chain(kept.map(|(_, &n)| n)).collect();
            match op.result(operand.dtype) {
                Some(dtype) if by.meta.shape == operand.meta.shape => expect(dtype, &shape),
                Some(_) => Err(format!("groups of shape {:?}", by.meta.shape)),
                None => Err(format!("is not defined for {}", operand.dtype)),
            }
        }
        Kind::Selection(selection) => {
            let (value, mask) = (input(0)?, input(1)?);
            let masked = selection.rows.ndim();
            let (first, rest) = node.meta.shape.split_first().ok_or("has no axes")?;
            let fits = mask.dtype.is_bool()
                && mask.meta.shape == value.meta.shape
                && selection.rows.shape()[..] == value.meta.shape[..masked]
                && *first <= value.meta.shape[..masked].iter().product()
                && *rest == value.meta.shape[masked..]
                && node.meta.grid.axes()[0].count() == selection.rows.count();
            if fits { expect(value.dtype, &node.meta.shape) } else { Err("does not fit its mask".to_owned()) }
        }
        Kind::View(view) => {
            let source = input(0)?;
            if view.source.len() != source.meta.shape.len() {
                return Err(format!("maps {} axes of {}", view.source.len(), source.meta.shape.len()));
            }
            if !view.shape.contains(&0) {
                let origin: Shape = SmallVec::from_elem(0, view.shape.len());
                let (start, extent) = view.source_box(&origin, &view.shape);
                for k in 0..start.len() {
                    if start[k].checked_add(extent[k]).is_none_or(|end| end > source.meta.shape[k]) {
                        return Err(format!("reaches outside of axis {k} of its source"));
                    }
                }
            }
            expect(source.dtype, &view.shape)
        }
        Kind::Concatenate { axis } => {
            let mut shape = input(0)?.meta.shape.clone();
            shape[*axis] = 0;
            for i in 0..node.inputs.len() {
                let part = input(i)?;
                let matches = part.meta.shape.len() == shape.len()
                    && (0..shape.len()).all(|k| k == *axis || part.meta.shape[k] == shape[k]);
                if !matches || part.dtype != node.dtype {
                    return Err(format!("part {i} is {} {:?}", part.dtype, part.meta.shape));
                }
                shape[*axis] += part.meta.shape[*axis];
            }
            expect(node.dtype, &shape)
        }
        Kind::Contract { axes, partials, .. } => {
            let (left, right) = (input(0)?, input(1)?);
            let Some(mut shape) = axes.result(&left.meta.shape, &right.meta.shape) else {
                return Err(format!("multiplies {:?} by {:?}", left.meta.shape, right.meta.shape));
            };
            if left.dtype != right.dtype {
                return Err(format!("multiplies {} by {}", left.dtype, right.dtype));
            }
            if let Some(n) = partials {
                shape.insert(0, *n as usize);
            }
            expect(left.dtype, &shape)
        }
        Kind::Scan { op, axis } => {
            let operand = input(0)?;
            if *axis >= node.meta.shape.len() || !op.is_defined(operand.dtype) {
                return Err(format!("scans {} along axis {axis}", operand.dtype));
            }
            expect(operand.dtype, &operand.meta.shape)
        }
        Kind::Order { op, axes, place } => {
            let operand = input(0)?;
            let (mut shape, mut len) = (Shape::new(), 1);
            for (k, &n) in operand.meta.shape.iter().enumerate() {
                if axes & (1 << k) == 0 { shape.push(n) } else { len *= n }
            }
            match place {
                Some(place) if *place as usize <= shape.len() => shape.insert(*place as usize, op.len(len)),
                None if op.len(len) == 1 => {}
                _ => return Err(format!("has no place for {} results of a lane", op.len(len))),
            }
            if let Some(mask) = node.inputs.get(1).map(|&id| graph.node(id)) {
                let fits = mask.dtype.is_bool() && mask.meta.shape == operand.meta.shape && op.takes_mask();
                if !fits {
                    return Err(format!("has a mask of {} {:?}", mask.dtype, mask.meta.shape));
                }
            }
            match op.result(operand.dtype) {
                Some(dtype) => expect(dtype, &shape),
                None => Err(format!("is not defined for {}", operand.dtype)),
            }
        }
        Kind::Rechunk => {
            let source = input(0)?;
            expect(source.dtype, &source.meta.shape)
        }
        Kind::Reshape => {
            let source = input(0)?;
            let elements = |shape: &[usize]| shape.iter().product::<usize>();
            if elements(&source.meta.shape) != elements(&node.meta.shape) {
                return Err(format!("makes {:?} of {:?}", node.meta.shape, source.meta.shape));
            }
            expect(source.dtype, &node.meta.shape)
        }
    }
}
