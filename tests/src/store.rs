//! A store in memory that watches how it is read and written, and fails when told to.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chunkwise_core::{Block, BoxError, DType, Grid, RegionSink, RegionSource, Shape};
use ndarray::{ArrayD, Dimension, IxDyn};

/// First position and shape of a box.
pub type Extent = (Vec<usize>, Vec<usize>);

/// An array of `f64` outside of what the engine knows as memory. Cells, if it has any, are read and written whole.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shape: Shape,
    cells: Option<Grid>,
    values: Mutex<ArrayD<f64>>,
    reads: Mutex<Vec<Extent>>,
    writes: Mutex<Vec<Extent>>,
    /// What an earlier process has written.
    there: Mutex<Vec<Extent>>,
    failures: AtomicU32,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// A store of NaN.
    pub fn empty(shape: &[usize], cells: Option<Grid>) -> Self {
        Self::of(ArrayD::from_elem(IxDyn(shape), f64::NAN), cells)
    }

    /// A store of these values.
    pub fn of(values: ArrayD<f64>, cells: Option<Grid>) -> Self {
        Store(Arc::new(Inner {
            shape: values.shape().into(),
            cells,
            values: Mutex::new(values),
            reads: Mutex::default(),
            writes: Mutex::default(),
            there: Mutex::default(),
            failures: AtomicU32::new(0),
        }))
    }

    /// The values.
    pub fn values(&self) -> ArrayD<f64> {
        lock(&self.0.values).clone()
    }

    /// The boxes read since the last question, in the order in which their reads began.
    pub fn take_reads(&self) -> Vec<Extent> {
        std::mem::take(&mut lock(&self.0.reads))
    }

    /// The boxes written since the last question, sorted.
    pub fn take_writes(&self) -> Vec<Extent> {
        let mut writes = std::mem::take(&mut *lock(&self.0.writes));
        writes.sort();
        writes
    }

    /// How many boxes were written since they were last taken.
    pub fn writes(&self) -> usize {
        lock(&self.0.writes).len()
    }

    /// Counts what was written so far as the work of an earlier process.
    pub fn interrupt(&self) {
        let writes = self.take_writes();
        lock(&self.0.there).extend(writes);
    }

    /// The next so many reads or writes time out.
    pub fn fail(&self, times: u32) {
        self.0.failures.store(times, Ordering::Relaxed);
    }

    fn may_fail(&self, what: &str) -> Result<(), BoxError> {
        let left =
            self.0.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match left {
            Ok(_) => Err(io::Error::new(io::ErrorKind::TimedOut, format!("the {what} timed out")).into()),
            Err(_) => Ok(()),
        }
    }

    /// Calls `f` with the place of each element of a box, and its place in a block of the box's shape.
    fn for_elements(block: &Block, start: &[usize], mut f: impl FnMut(IxDyn, isize)) {
        for index in ndarray::indices(IxDyn(block.shape())) {
            let index = index.as_array_view().to_vec();
            let at: isize = index.iter().zip(block.strides()).map(|(&i, step)| i as isize * step).sum();
            let place: Vec<usize> = index.iter().zip(start).map(|(i, start)| i + start).collect();
            f(IxDyn(&place), at);
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.0.shape)
    }
}

impl RegionSource for Store {
    fn name(&self) -> String {
        "store".into()
    }

    fn dtype(&self) -> DType {
        DType::F64
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        lock(&self.0.reads).push((start.to_vec(), out.shape().to_vec()));
        self.may_fail("read")?;
        let values = lock(&self.0.values);
        Store::for_elements(out, start, |place, at| {
            // SAFETY: the place is one of the block's, whose memory the caller lends for writing.
            unsafe { out.as_mut_ptr().cast::<f64>().offset(at).write(values[place]) };
        });
        Ok(())
    }

    fn grid(&self) -> Option<Grid> {
        self.0.cells.clone()
    }

    fn version(&self) -> Option<String> {
        Some("first".into())
    }
}

impl RegionSink for Store {
    fn name(&self) -> String {
        "store".into()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        if let Some(cells) = &self.0.cells {
            for ((axis, &start), &len) in cells.axes().iter().zip(start).zip(block.shape()) {
                let bounds = axis.offsets();
                assert!(
                    bounds.contains(&start) && bounds.contains(&(start + len)),
                    "{start} + {len} is no cell"
                );
            }
        }
        self.may_fail("write")?;
        let mut values = lock(&self.0.values);
        Store::for_elements(block, start, |place, at| {
            // SAFETY: the place is one of the block's, whose elements have been written.
            values[place] = unsafe { block.as_ptr().cast::<f64>().offset(at).read() };
        });
        lock(&self.0.writes).push((start.to_vec(), block.shape().to_vec()));
        Ok(())
    }

    fn grid(&self) -> Option<Grid> {
        self.0.cells.clone()
    }

    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        lock(&self.0.there).contains(&(start.to_vec(), shape.to_vec()))
    }
}
