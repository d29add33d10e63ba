//! Sources and sinks of users.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chunkwise::prelude::*;
use chunkwise::{BoxError, Error, Sink, Source};
use chunkwise_tests::assert_matches;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, ArrayViewMutD, Axis, Ix2, IxDyn, s};

/// A database of rows, of the whole rows that it was asked for.
struct Rows {
    rows: Mutex<BTreeMap<usize, Vec<f64>>>,
    columns: usize,
    finished: AtomicUsize,
    fails: AtomicUsize,
}

impl Rows {
    fn new(columns: usize) -> Self {
        let (finished, fails) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Rows { rows: Mutex::default(), columns, finished, fails }
    }

    fn of(values: &Array2<f64>) -> Self {
        let rows = values.rows().into_iter().map(|row| row.to_vec()).enumerate().collect();
        Rows { rows: Mutex::new(rows), ..Self::new(values.ncols()) }
    }

    fn values(&self) -> Array2<f64> {
        let rows = self.rows.lock().unwrap();
        Array2::from_shape_fn((rows.len(), self.columns), |(i, j)| rows[&i][j])
    }
}

impl Source<f64, Ix2> for Rows {
    fn shape(&self) -> Ix2 {
        Ix2(self.rows.lock().unwrap().len(), self.columns)
    }

    fn read(&self, start: &[usize], mut out: ArrayViewMut2<'_, f64>) -> Result<(), BoxError> {
        assert!(out.iter().all(|&x| x == 0.0), "memory is cleared");
        let rows = self.rows.lock().unwrap();
        for (i, mut row) in out.rows_mut().into_iter().enumerate() {
            let found =
                rows.get(&(start[0] + i)).ok_or_else(|| format!("row {} is missing", start[0] + i))?;
            for (j, x) in row.iter_mut().enumerate() {
                *x = found[start[1] + j];
            }
        }
        Ok(())
    }

    fn chunks(&self) -> Option<Vec<Vec<usize>>> {
        Some(vec![vec![1; self.rows.lock().unwrap().len()], vec![self.columns]])
    }

    fn name(&self) -> String {
        "rows".into()
    }
}

impl Sink<f64, Ix2> for Rows {
    fn write(&self, start: &[usize], block: ArrayView2<'_, f64>) -> Result<(), BoxError> {
        let full = self.fails.load(Ordering::Relaxed);
        if (start[0] + 1..=start[0] + block.nrows()).contains(&full) {
            return Err(io::Error::from(io::ErrorKind::StorageFull).into());
        }
        if start[1] != 0 || block.ncols() != self.columns {
            return Err("half a row".into());
        }
        let mut rows = self.rows.lock().unwrap();
        for (i, row) in block.rows().into_iter().enumerate() {
            if rows.insert(start[0] + i, row.to_vec()).is_some() {
                return Err("a row twice".into());
            }
        }
        Ok(())
    }

    fn chunks(&self, shape: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![vec![1; shape[0]], vec![shape[1]]])
    }

    fn name(&self) -> String {
        "rows".into()
    }

    fn finish(&self) -> Result<(), BoxError> {
        self.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn ramp() -> Array2<f64> {
    Array2::from_shape_fn((13, 11), |(i, j)| (i * 11 + j) as f64)
}

#[test]
fn a_database_is_read_in_any_chunks() {
    let rows = Arc::new(Rows::of(&ramp()));
    for x in [
        ChunkedArray::from_source(rows.clone(), Auto).unwrap(),
        ChunkedArray::from_source(rows.clone(), (4, 5)).unwrap(),
        ChunkedArray::from_source(rows.clone(), (Full, [1, 10])).unwrap(),
    ] {
        assert_matches(&x, &ramp());
        assert_matches(
            &x.t().slice(s![1..9;3, ..;-1]).unwrap(),
            &ramp().t().slice(s![1..9;3, ..;-1]).to_owned(),
        );
        assert_eq!(x.sum_axis(Axis(0)).unwrap().compute().unwrap(), ramp().sum_axis(Axis(0)));
    }
    rows.rows.lock().unwrap().remove(&7);
    let x = ChunkedArray::from_source(Arc::new(Rows::of(&ramp())), (2, Full)).unwrap();
    assert_eq!(x.sum().scalar().unwrap(), ramp().sum());
}

#[test]
fn an_error_of_a_source_names_source_and_block() {
    let rows = Arc::new(Rows::of(&ramp()));
    let x = ChunkedArray::from_source(rows.clone(), (2, Full)).unwrap();
    rows.rows.lock().unwrap().remove(&7);
    let error = x.compute().unwrap_err().to_string();
    assert!(error.contains("row 7 is missing"), "{error}");
    assert_eq!(x.slice(s![..6, ..]).unwrap().sum().scalar().unwrap(), ramp().slice(s![..6, ..]).sum());
    // Chunks that do not add up.
    struct Wrong;
    impl Source<f32, IxDyn> for Wrong {
        fn shape(&self) -> IxDyn {
            IxDyn(&[3])
        }
        fn read(&self, _: &[usize], _: ArrayViewMutD<'_, f32>) -> Result<(), BoxError> {
            Ok(())
        }
        fn chunks(&self) -> Option<Vec<Vec<usize>>> {
            Some(vec![vec![2, 2]])
        }
    }
    assert!(matches!(ChunkedArray::from_source(Wrong, Auto), Err(Error::Argument(_))));
}

#[test]
fn a_database_is_written_row_by_row_whatever_the_chunks() {
    for chunks in [(13, 11), (1, 1), (5, 4)] {
        let rows = Arc::new(Rows::new(11));
        let x = ChunkedArray::from_array(ramp(), chunks).unwrap();
        let (_, sum) = compute((x.to_sink(rows.clone()).unwrap(), x.sum().value())).unwrap();
        assert_eq!((rows.values(), sum), (ramp(), ramp().sum()));
        assert_eq!(rows.finished.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn a_sink_that_fails_is_not_finished() {
    let rows = Arc::new(Rows::new(11));
    rows.fails.store(9, Ordering::Relaxed);
    let x = ChunkedArray::from_array(ramp(), (2, 3)).unwrap();
    let error = x.to_sink(rows.clone()).unwrap().compute().unwrap_err();
    assert_eq!(error.find::<io::Error>().map(io::Error::kind), Some(io::ErrorKind::StorageFull), "{error}");
    assert_eq!(rows.finished.load(Ordering::Relaxed), 0);
    // The pool is usable, and so is the sink.
    let again = Arc::new(Rows::new(11));
    x.to_sink(again.clone()).unwrap().compute().unwrap();
    assert_eq!(again.values(), ramp());
    let error = x.to_sink(again).unwrap().resume().compute().unwrap_err();
    assert!(error.to_string().contains("rows"), "{error}");
}
