use std::sync::Arc;

use chunkwise_core::{Block, Grid, Scalar};
use chunkwise_kernels::Binary;
use chunkwise_kernels::reduce::ReduceOp;

use super::*;

fn block(shape: &[usize]) -> Block {
    Block::uninit(DType::F64, shape)
}

fn grid(shape: &[usize], chunk: usize) -> Grid {
    Grid::new(shape.iter().map(|&n| AxisGrid::regular(n, chunk)))
}

/// `(a + b) * factor`, summed, built at one place.
fn root(a: &Block, b: &Block, factor: f64, chunk: usize) -> Expr {
    let [a, b] = [a, b].map(|block| Expr::memory(block.clone(), grid(block.shape(), chunk)));
    let factor = Expr::fill(Scalar::new(factor), Grid::new([]));
    let sum = Expr::elementwise(Op::Binary(Binary::Add), &[&a, &b]).unwrap();
    let product = Expr::elementwise(Op::Binary(Binary::Mul), &[&sum, &factor]).unwrap();
    product.reduce(ReduceOp::Sum, &[0, 1], false).unwrap()
}

fn known(pattern: &Pattern, root: Expr) -> bool {
    pattern.arrays(&[root]).is_some()
}

#[test]
fn other_arrays_of_one_layout_are_of_one_pattern() {
    let (a, b, c, d) = (block(&[4, 6]), block(&[4, 6]), block(&[4, 6]), block(&[4, 6]));
    let (pattern, _) = Pattern::of(&[root(&a, &b, 2.0, 3)]).unwrap();
    let roots = [root(&c, &d, 2.0, 3)];
    let arrays = pattern.arrays(&roots).unwrap();
    let at: Vec<_> = arrays.iter().map(|block| block.as_ptr()).collect();
    assert_eq!(at, [c.as_ptr(), d.as_ptr()]);
}

#[test]
fn what_a_plan_depends_on_tells_patterns_apart() {
    let (a, b) = (block(&[4, 6]), block(&[4, 6]));
    let (pattern, _) = Pattern::of(&[root(&a, &b, 2.0, 3)]).unwrap();
    assert!(known(&pattern, root(&b, &a, 2.0, 3)));
    assert!(!known(&pattern, root(&a, &b, 2.5, 3)), "another number");
    assert!(!known(&pattern, root(&a, &b, 2.0, 2)), "other chunks");
    assert!(!known(&pattern, root(&block(&[6, 4]), &block(&[6, 4]), 2.0, 3)), "another shape");
    let turned = block(&[6, 4]).permuted(&[1, 0]);
    assert!(!known(&pattern, root(&a, &turned, 2.0, 3)), "another layout");
    assert!(!known(&pattern, root(&a, &a, 2.0, 3)), "one array twice, whose sum is another plan");
    let zero = Expr::fill(Scalar::new(0.0), Grid::new([]));
    let elsewhere = Expr::elementwise(Op::Binary(Binary::Add), &[&root(&a, &b, 2.0, 3), &zero]).unwrap();
    assert!(!known(&pattern, elsewhere), "another operation");
}

#[test]
fn one_array_twice_is_a_pattern_of_its_own() {
    let (a, b) = (block(&[4, 6]), block(&[4, 6]));
    let (pattern, _) = Pattern::of(&[root(&a, &a, 2.0, 3)]).unwrap();
    assert!(known(&pattern, root(&b, &b, 2.0, 3)));
    assert!(!known(&pattern, root(&a, &b, 2.0, 3)));
}

#[test]
fn nodes_that_are_shared_and_roots_that_are_the_same_count() {
    let a = block(&[4, 6]);
    let x = root(&a, &a, 2.0, 3);
    let twice = [x.clone(), x.clone()];
    let (pattern, _) = Pattern::of(&twice).unwrap();
    assert!(pattern.arrays(&twice).is_some());
    assert!(pattern.arrays(&[root(&a, &a, 2.0, 3), root(&a, &a, 2.0, 3)]).is_none());
    assert!(pattern.arrays(&[x]).is_none());
}

#[test]
fn long_computations_are_not_remembered() {
    let mut x = Expr::memory(block(&[4]), grid(&[4], 2));
    let one = Expr::fill(Scalar::new(1.0), Grid::new([]));
    for _ in 0..100_000 {
        x = Expr::elementwise(Op::Binary(Binary::Add), &[&x, &one]).unwrap();
    }
    assert!(Pattern::of(&[x]).is_none());
}

#[test]
fn blocks_made_by_functions_are_not_remembered() {
    struct Never;
    impl chunkwise_core::BlockFn for Never {
        fn call(
            &self,
            _: &[usize],
            _: &[usize],
            _: &[usize],
        ) -> Result<Block, Box<dyn std::error::Error + Send + Sync>> {
            unreachable!("nothing is computed")
        }
    }
    let x = Expr::block_fn("blocks", DType::F64, grid(&[4], 2), Arc::new(Never));
    assert!(Pattern::of(&[x]).is_none());
}
