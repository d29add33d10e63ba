//! The set of ready tasks: insert, remove and find the best, in a few instructions and without allocating.
//!
//! Priorities are dense integers, so a bit per task does what a heap would, in an eighth of a byte per task
//! and without moving anything. Above the bits lie summaries, a bit for every word that is not empty, up to
//! a single word; every operation walks that path, four words long for a million tasks.

/// Levels for 2^32 members: the lowest word holds 64 of them, each further level 64 times as many.
const MAX_LEVELS: usize = 6;

/// A set of integers below a fixed bound that knows its least member.
#[derive(Debug)]
pub(crate) struct ReadySet {
    words: Vec<u64>,
    /// Where each level starts in `words`: members first, the single top word last.
    starts: [usize; MAX_LEVELS],
    levels: usize,
    len: usize,
}

impl ReadySet {
    /// An empty set that can hold `0..bound`.
    pub(crate) fn new(bound: usize) -> Self {
        let mut starts = [0; MAX_LEVELS];
        let (mut words, mut levels, mut width) = (0, 0, bound);
        loop {
            width = width.div_ceil(64).max(1);
            starts[levels] = words;
            words += width;
            levels += 1;
            if width == 1 {
                break;
            }
        }
        ReadySet { words: vec![0; words], starts, levels, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds a member that is not in the set.
    pub(crate) fn insert(&mut self, member: u32) {
        self.len += 1;
        let mut index = member as usize;
        for &start in &self.starts[..self.levels] {
            let word = &mut self.words[start + index / 64];
            let was_empty = *word == 0;
            debug_assert!(start != 0 || *word & (1 << (index % 64)) == 0, "{member} is ready twice");
            *word |= 1 << (index % 64);
            if !was_empty {
                break;
            }
            index /= 64;
        }
    }

    /// Removes a member of the set.
    pub(crate) fn remove(&mut self, member: u32) {
        self.len -= 1;
        let mut index = member as usize;
        for &start in &self.starts[..self.levels] {
            let word = &mut self.words[start + index / 64];
            debug_assert!(*word & (1 << (index % 64)) != 0, "{member} is not ready");
            *word &= !(1 << (index % 64));
            if *word != 0 {
                break;
            }
            index /= 64;
        }
    }

    /// The least member.
    pub(crate) fn first(&self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let mut index = 0;
        for &start in self.starts[..self.levels].iter().rev() {
            index = index * 64 + self.words[start + index].trailing_zeros() as usize;
        }
        Some(index as u32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Random;

    #[test]
    fn agrees_with_a_sorted_set() {
        for bound in [1usize, 2, 63, 64, 65, 4095, 4096, 4097, 300_000] {
            let mut random = Random::new(bound as u64);
            let (mut set, mut reference) = (ReadySet::new(bound), BTreeSet::new());
            for _ in 0..5000 {
                let member = random.below(bound as u64) as u32;
                if reference.insert(member) {
                    set.insert(member);
                } else {
                    reference.remove(&member);
                    set.remove(member);
                }
                if random.below(3) == 0
                    && let Some(least) = reference.pop_first()
                {
                    assert_eq!(set.first(), Some(least));
                    set.remove(least);
                }
                assert_eq!(set.first(), reference.first().copied());
                assert_eq!(set.len(), reference.len());
            }
        }
    }

    #[test]
    fn an_empty_graph_has_nothing_ready() {
        assert_eq!(ReadySet::new(0).first(), None);
    }
}
