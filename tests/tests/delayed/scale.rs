//! Many calls, and calls many deep.

use chunkwise::prelude::*;

#[test]
fn a_million_deep() {
    // On a small stack, so that recursion anywhere would show.
    let test = || {
        let mut x = Delayed::new(0i64);
        for _ in 0..1_000_000 {
            x = x + 1;
        }
        assert_eq!(*x.compute().unwrap(), 1_000_000);
        let held = x.clone();
        drop(x);
        drop(held);
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(test).unwrap().join().unwrap();
}

#[test]
fn a_tree_of_a_hundred_thousand() {
    let leaves = (0..100_000i64).map(Delayed::new);
    let sum = leaves.sum::<Delayed<i64>>();
    for threads in [1, 2, 3] {
        assert_eq!(*sum.compute_with(&Config::default().threads(threads)).unwrap(), 4_999_950_000);
    }
}

#[test]
fn doubled_sixty_times() {
    let mut x = Delayed::new(1u64);
    for _ in 0..60 {
        x = &x + &x;
    }
    assert_eq!(*x.compute().unwrap(), 1 << 60);
}
