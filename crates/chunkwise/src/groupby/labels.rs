//! Which group each position belongs to.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use chunkwise_core::{DType, Error, Integer};
use chunkwise_expr::Expr;
use chunkwise_kernels::Op;
use ndarray::{Array1, Ix1};

use crate::{Auto, ChunkedArray, ChunkedArray1, Result};

/// A label for each position along an axis, as numbers of groups.
///
/// `K` is the type of the keys that the numbers stand for, and `()` where numbers are all there is.
#[derive(Clone, Debug)]
pub struct Labels<K = ()> {
    codes: ChunkedArray1<i64>,
    groups: u32,
    keys: Arc<[K]>,
}

impl Labels {
    /// Labels that are numbers of groups, from 0 up to `groups`, exclusive. Positions with any other number belong to no
    /// group and are left out, as those with -1 are in pandas.
    ///
    /// # Errors
    /// More than 2^32 - 1 groups.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1.0, 2.0, 4.0, 8.0], Auto)?;
    /// let labels = Labels::codes(&ChunkedArray::from_array(array![1, 0, 1, -1], Auto)?, 3)?;
    /// assert_eq!(x.groupby(&labels)?.sum().compute()?, array![2.0, 5.0, 0.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn codes<A: Integer>(codes: &ChunkedArray1<A>, groups: usize) -> Result<Self> {
        let mut numbers = codes.expr().clone();
        if A::DTYPE != DType::I64 {
            numbers = Expr::elementwise(Op::Cast(DType::I64), &[&numbers])?;
        }
        Ok(Labels { codes: ChunkedArray::from_expr(numbers), groups: count(groups)?, keys: Arc::new([]) })
    }
}

impl Labels<String> {
    /// Labels that are words. Groups are numbered in the order in which their words first come.
    ///
    /// # Errors
    /// More than 2^32 - 1 words that differ.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1, 2, 4, 8], Auto)?;
    /// let labels = Labels::from_strings(["b", "a", "b", "c"])?;
    /// assert_eq!(labels.names(), ["b", "a", "c"]);
    /// assert_eq!(x.groupby(&labels)?.max().compute()?, array![4, 2, 8]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_strings<S: AsRef<str>>(labels: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut numbers: HashMap<String, i64> = HashMap::new();
        let mut keys = Vec::new();
        let codes = labels.into_iter().map(|label| {
            let label = label.as_ref();
            numbers.get(label).copied().unwrap_or_else(|| {
                let number = keys.len() as i64;
                numbers.insert(label.to_owned(), number);
                keys.push(label.to_owned());
                number
            })
        });
        let codes = codes.collect();
        Self::of(codes, keys)
    }

    /// The words, by the number of their group.
    pub fn names(&self) -> &[String] {
        &self.keys
    }
}

impl<K: Clone + Eq + Hash> Labels<K> {
    /// Labels that are values of any type, such as integers. Groups are numbered in the order in which their values first
    /// come.
    ///
    /// # Errors
    /// More than 2^32 - 1 values that differ.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1.0, 2.0, 4.0], Auto)?;
    /// let labels = Labels::from_values([2024, 1999, 2024])?;
    /// assert_eq!(labels.keys(), [2024, 1999]);
    /// assert_eq!(x.groupby(&labels)?.mean().compute()?, array![2.5, 2.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_values(labels: impl IntoIterator<Item = K>) -> Result<Self> {
        let mut numbers: HashMap<K, i64> = HashMap::new();
        let mut keys = Vec::new();
        let codes = labels.into_iter().map(|label| {
            *numbers.entry(label).or_insert_with_key(|label| {
                keys.push(label.clone());
                keys.len() as i64 - 1
            })
        });
        let codes = codes.collect();
        Self::of(codes, keys)
    }
}

impl<K> Labels<K> {
    #[track_caller]
    fn of(codes: Vec<i64>, keys: Vec<K>) -> Result<Self> {
        let groups = count(keys.len())?;
        let codes: ChunkedArray<i64, Ix1> = ChunkedArray::from_array(Array1::from(codes), Auto)?;
        Ok(Labels { codes, groups, keys: keys.into() })
    }

    /// What the groups stand for, by their number; nothing where [numbers](Labels::codes) are all there is.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// The number of the group of each position.
    pub fn numbers(&self) -> &ChunkedArray1<i64> {
        &self.codes
    }

    /// The labels of the positions for which `mask` is true, for values that were selected by the same mask.
    ///
    /// # Errors
    /// As for [`ChunkedArray::mask`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1.0, 2.0, 4.0], Auto)?;
    /// let labels = Labels::from_strings(["a", "b", "a"])?;
    /// let large = x.gt(1.5)?;
    /// let sums = x.mask(&large)?.groupby(&labels.mask(&large)?)?.sum();
    /// assert_eq!(sums.compute()?, array![4.0, 2.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn mask(&self, mask: &ChunkedArray1<bool>) -> Result<Self> {
        Ok(Labels { codes: self.codes.mask(mask)?, groups: self.groups, keys: self.keys.clone() })
    }
}

fn count(groups: usize) -> Result<u32> {
    u32::try_from(groups).map_err(|_| {
        let why = format!("{groups} groups are more than 2^32 - 1");
        Error::Invalid { what: "labels", why }.into()
    })
}
