//! Sorting the elements of a tile by group.

/// Memory for sorting a tile, kept from tile to tile.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    sorted: Vec<u128>,
    starts: Vec<u32>,
    order: Vec<(u64, u32)>,
}

/// Elements and the group of each. Groups beyond the last, negative ones among them, are none.
#[derive(Clone, Copy)]
pub(super) struct Unsorted {
    /// Bytes of an element.
    pub(super) size: usize,
    pub(super) src: *const u8,
    pub(super) by: *const u64,
    pub(super) len: usize,
    pub(super) groups: usize,
}

impl Sorter {
    /// Memory for so many bytes, aligned for any element.
    pub(super) fn room(&mut self, bytes: usize) -> *mut u8 {
        self.sorted.resize(bytes.div_ceil(16).max(self.sorted.len()), 0);
        self.sorted.as_mut_ptr().cast()
    }

    /// Calls `run` with each group that has elements, in ascending order, with its elements, which keep their order,
    /// and with how many there are.
    ///
    /// # Safety
    /// `src` and `by` must hold `len` elements.
    pub(super) unsafe fn each_run(&mut self, tile: Unsorted, run: impl FnMut(usize, *const u8, usize)) {
        let sorted = self.room(tile.len * tile.size);
        // SAFETY: the caller's promise; there is room for all elements.
        unsafe {
            if tile.groups > 4 * tile.len {
                self.each_of_many(tile, sorted, run);
            } else {
                self.each_of_few(tile, sorted, run);
            }
        }
    }

    /// By counting.
    ///
    /// # Safety
    /// As for [`Sorter::each_run`]; `sorted` must have room for all elements.
    unsafe fn each_of_few(
        &mut self,
        Unsorted { size, src, by, len, groups }: Unsorted,
        sorted: *mut u8,
        mut run: impl FnMut(usize, *const u8, usize),
    ) {
        // SAFETY: the caller's promise.
        let by = unsafe { std::slice::from_raw_parts(by, len) };
        // Elements of no group are counted in the last place and left out.
        let starts = &mut self.starts;
        starts.clear();
        starts.resize(groups + 2, 0);
        for &group in by {
            starts[group.min(groups as u64) as usize + 1] += 1;
        }
        for g in 0..groups {
            starts[g + 1] += starts[g];
        }
        for (i, &group) in by.iter().enumerate() {
            if group < groups as u64 {
                let at = &mut starts[group as usize];
                // SAFETY: the caller's promise; each element has a place of its own.
                unsafe { copy(size, src, i, sorted, *at as usize) };
                *at += 1;
            }
        }
        // Each start has moved to the end of its group.
        let mut begin = 0;
        for (g, &end) in starts[..groups].iter().enumerate() {
            let end = end as usize;
            if end > begin {
                run(g, sorted.wrapping_add(begin * size), end - begin);
            }
            begin = end;
        }
    }

    /// By comparing, for many more groups than elements.
    ///
    /// # Safety
    /// As for [`Sorter::each_of_few`].
    unsafe fn each_of_many(
        &mut self,
        Unsorted { size, src, by, len, groups }: Unsorted,
        sorted: *mut u8,
        mut run: impl FnMut(usize, *const u8, usize),
    ) {
        // SAFETY: the caller's promise.
        let by = unsafe { std::slice::from_raw_parts(by, len) };
        let order = &mut self.order;
        order.clear();
        order.extend(by.iter().zip(0..).map(|(&group, i)| (group, i)));
        order.retain(|(group, _)| *group < groups as u64);
        order.sort_unstable();
        for (at, &(_, i)) in order.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { copy(size, src, i as usize, sorted, at) };
        }
        let mut begin = 0;
        for group in order.chunk_by(|a, b| a.0 == b.0) {
            run(group[0].0 as usize, sorted.wrapping_add(begin * size), group.len());
            begin += group.len();
        }
    }
}

/// Copies element `from` of `src` to element `to` of `dst`.
///
/// # Safety
/// Both must be elements of `size` bytes.
#[inline(always)]
unsafe fn copy(size: usize, src: *const u8, from: usize, dst: *mut u8, to: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            8 => dst.cast::<u64>().add(to).write_unaligned(src.cast::<u64>().add(from).read_unaligned()),
            4 => dst.cast::<u32>().add(to).write_unaligned(src.cast::<u32>().add(from).read_unaligned()),
            1 => dst.add(to).write(src.add(from).read()),
            2 => dst.cast::<u16>().add(to).write_unaligned(src.cast::<u16>().add(from).read_unaligned()),
            _ => dst
                .cast::<[u64; 2]>()
                .add(to)
                .write_unaligned(src.cast::<[u64; 2]>().add(from).read_unaligned()),
        }
    }
}
