//! Counting how often each group comes.

/// Counts in several tables, so that an element need not wait for the count of its neighbour, which in a histogram
/// often falls into the same bin. The tables stay from tile to tile of a box, so that they may be longer than a tile.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// For each group, and for what belongs to none, so that nothing branches, the counts of the tables.
    tables: Vec<[u32; TABLES]>,
    /// How many elements were counted since the counts last went where they belong.
    taken: usize,
}

const TABLES: usize = 4;

/// With more groups than these the tables would not stay in the first levels of cache.
const MOST: usize = 1 << 13;

impl Tally {
    /// Prepares for a box of so many elements. For few of them, many groups or none the tables are not used.
    pub(super) fn begin(&mut self, groups: usize, elements: usize) {
        self.tables.clear();
        if (1..=MOST).contains(&groups) && elements >= TABLES * groups {
            self.tables.resize(groups + 1, [0; TABLES]);
        }
        self.taken = 0;
    }

    /// Whether there are tables.
    pub(super) fn is_used(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Counts groups, whose counts are to go to `counts`. Negative groups are huge ones here.
    pub(super) fn take(&mut self, by: &[u64], counts: &mut [i64]) {
        if self.taken > u32::MAX as usize - by.len() {
            self.settle(counts);
        }
        self.taken += by.len();
        let Some(none) = self.tables.len().checked_sub(1) else { return };
        let tables = &mut self.tables[..=none];
        let (runs, rest) = by.as_chunks::<TABLES>();
        for run in runs {
            for (k, &group) in run.iter().enumerate() {
                tables[group.min(none as u64) as usize][k] += 1;
            }
        }
        for &group in rest {
            tables[group.min(none as u64) as usize][0] += 1;
        }
    }

    /// Moves what was counted to `counts`.
    pub(super) fn settle(&mut self, counts: &mut [i64]) {
        if std::mem::take(&mut self.taken) == 0 {
            return;
        }
        if let Some((_, groups)) = self.tables.split_last() {
            for (count, tables) in counts.iter_mut().zip(groups) {
                *count += tables.iter().map(|&n| i64::from(n)).sum::<i64>();
            }
        }
        self.tables.fill([0; TABLES]);
    }
}

/// Adds how many elements each group has to every `stride`th of `counts`, one element after the other.
pub(super) fn count(by: &[u64], groups: usize, counts: &mut [i64], stride: usize) {
    if groups == 0 {
        return;
    }
    for &group in by {
        let inside = group < groups as u64;
        let group = if inside { group as usize } else { 0 };
        counts[group * stride] += i64::from(inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups that go round, with elements of no group among them.
    fn groups(len: usize) -> Vec<u64> {
        (0..len as u64).map(|i| if i % 5 == 3 { u64::MAX } else { i * i % 11 }).collect()
    }

    fn expected(by: &[u64], groups: u64) -> Vec<i64> {
        (0..groups).map(|g| by.iter().filter(|&&group| group == g).count() as i64).collect()
    }

    #[test]
    fn tables_and_single_counts_agree() {
        for len in [0, 1, 3, 4, 1000, 1001] {
            let by = groups(len);
            let mut counts = vec![0; 7];
            count(&by, 7, &mut counts, 1);
            assert_eq!(counts, expected(&by, 7));

            let mut tally = Tally::default();
            tally.begin(7, 1000);
            let mut counts = vec![0; 7];
            for tile in by.chunks(13) {
                tally.take(tile, &mut counts);
            }
            tally.settle(&mut counts);
            tally.settle(&mut counts);
            assert_eq!(counts, expected(&by, 7));
        }
    }

    #[test]
    fn what_an_unwound_box_has_left_is_forgotten() {
        let mut tally = Tally::default();
        tally.begin(2, 100);
        tally.take(&[0, 1], &mut [0; 2]);
        tally.begin(2, 100);
        let mut counts = [0; 2];
        tally.take(&[1], &mut counts);
        tally.settle(&mut counts);
        assert_eq!(counts, [0, 1]);
    }

    #[test]
    fn tables_are_for_many_elements_and_few_groups() {
        let mut tally = Tally::default();
        for (groups, elements, used) in
            [(0, 100, false), (100, 399, false), (100, 400, true), (1 << 14, 1 << 30, false)]
        {
            tally.begin(groups, elements);
            assert_eq!(tally.is_used(), used, "{groups} {elements}");
        }
    }
}
