//! Many short lists, one after the other in memory.

/// Lists by number.
pub(super) struct Lists<T> {
    /// The items of list `i` end before `ends[i]`, and begin where those of the list before it end.
    ends: Vec<usize>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    /// No lists, and room for so many of two items each.
    pub(super) fn with_capacity(lists: usize) -> Self {
        Lists { ends: Vec::with_capacity(lists), items: Vec::with_capacity(2 * lists) }
    }

    /// Adds a list.
    pub(super) fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.ends.push(self.items.len());
    }

    /// The items of a list.
    pub(super) fn get(&self, list: usize) -> &[T] {
        let start = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.items[start..self.ends[list]]
    }

    /// The items of all lists.
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}
