//! Ways to cut a shape into chunks.

use crate::Rng;

/// Chunkings of a shape that between them reach every special case: one chunk, chunks of one element, regular
/// chunks with a shorter last one, uneven chunks, and uneven chunks with empty ones among them.
pub fn chunkings(shape: &[usize], seed: u64) -> Vec<Vec<Vec<usize>>> {
    let mut rng = Rng::new(seed);
    let each = |cut: &mut dyn FnMut(usize) -> Vec<usize>| shape.iter().map(|&n| cut(n)).collect::<Vec<_>>();
    vec![
        each(&mut |n| vec![n]),
        each(&mut |n| regular(n, 1)),
        each(&mut |n| regular(n, 3)),
        each(&mut |n| random_chunks(n, &mut rng, false)),
        each(&mut |n| random_chunks(n, &mut rng, true)),
    ]
}

fn regular(len: usize, size: usize) -> Vec<usize> {
    let sizes: Vec<usize> = (0..len).step_by(size).map(|at| size.min(len - at)).collect();
    if sizes.is_empty() { vec![0] } else { sizes }
}

/// Random sizes that add up to `len`, with empty chunks among them if asked for.
pub fn random_chunks(len: usize, rng: &mut Rng, empty: bool) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut rest = len;
    while rest > 0 {
        if empty && rng.below(3) == 0 {
            sizes.push(0);
        }
        let size = 1 + rng.below(rest.min(1 + len / 2));
        sizes.push(size);
        rest -= size;
    }
    if sizes.is_empty() || (empty && rng.below(2) == 0) {
        sizes.push(0);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_add_up_and_special_cases_are_there() {
        for shape in [vec![], vec![0], vec![1], vec![10, 0, 7], vec![12, 5]] {
            for chunks in (0..20).flat_map(|seed| chunkings(&shape, seed)) {
                let sums: Vec<usize> = chunks.iter().map(|sizes| sizes.iter().sum()).collect();
                assert_eq!(sums, shape);
                assert!(chunks.iter().all(|sizes| !sizes.is_empty()));
            }
        }
        let all: Vec<_> = (0..20).flat_map(|seed| chunkings(&[12], seed)).collect();
        assert!(all.iter().any(|chunks| chunks[0].contains(&0)), "empty chunks among others");
        assert!(all.iter().any(|chunks| chunks[0].len() > 2 && chunks[0].windows(2).any(|w| w[0] < w[1])));
    }
}
