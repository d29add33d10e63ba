//! Object stores.

use std::sync::Arc;

use chunkwise::object_store::ObjectStore;
use chunkwise::object_store::memory::InMemory;
use chunkwise::prelude::*;
use chunkwise::{Error, ZarrOptions};
use chunkwise_tests::assert_matches;
use ndarray::{Array2, Axis, s};

#[test]
fn objects_are_arrays() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let mut values = Array2::from_shape_fn((21, 13), |(i, j)| (i * 13 + j) as i64);
    let x = ChunkedArray::from_array(values.clone(), (5, 4)).unwrap();
    x.to_zarr_object(&store, "a/x", ZarrOptions::default().chunks([2, 13]).shards([8, 13]))
        .compute()
        .unwrap();
    let back = ChunkedArray2::<i64>::from_zarr_object(&store, "a/x", (Full, 3)).unwrap();
    assert_matches(&back, &values);
    (&x + 1).append_zarr_object(&store, "a/x", Axis(0)).compute().unwrap();
    values.append(Axis(0), (&values + 1).view()).unwrap();
    let zeros = ChunkedArray::<i64, _>::zeros((3, 3)).unwrap();
    zeros.to_zarr_object_region(&store, "a/x", &[10, 9]).compute().unwrap();
    values.slice_mut(s![10..13, 9..12]).fill(0);
    assert_matches(&ChunkedArray2::<i64>::from_zarr_object(&store, "a/x", Auto).unwrap(), &values);
    assert!(matches!(ChunkedArray2::<i64>::from_zarr_object(&store, "a", Auto), Err(Error::Store(_))));
    assert!(x.to_zarr_object(&store, "a/x", ZarrOptions::default()).compute().is_err());
}
