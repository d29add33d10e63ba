//! Archives.

use chunkwise::prelude::*;
use chunkwise::{Error, NpzWriter, npz_names};
use chunkwise_tests::assert_matches;
use ndarray::{Array1, Array2};

#[test]
fn several_arrays_are_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let values = Array2::from_shape_fn((20, 30), |(i, j)| (i * 30 + j) as f32);
    let x = ChunkedArray::from_array(values.clone(), 7).unwrap();
    let archive = NpzWriter::create(&path).unwrap();
    compute((x.to_npz(&archive, "x"), x.gt(100.0).unwrap().to_npz(&archive, "large"))).unwrap();
    assert_eq!(npz_names(&path).unwrap(), ["x", "large"]);
    assert_matches(&ChunkedArray2::<f32>::from_npz(&path, "x", (5, Full)).unwrap(), &values);
    assert_matches(
        &ChunkedArray2::<bool>::from_npz(&path, "large", Auto).unwrap(),
        &values.mapv(|x| x > 100.0),
    );
    assert!(matches!(ChunkedArray2::<f64>::from_npz(&path, "x", Auto), Err(Error::FileType { .. })));
    assert!(matches!(ChunkedArray2::<f32>::from_npz(&path, "y", Auto), Err(Error::Store(_))));
    // Both of one name.
    let archive = NpzWriter::create(&path).unwrap();
    let one = ChunkedArray::from_array(Array1::<i8>::ones(3), 1).unwrap();
    assert!(compute((one.to_npz(&archive, "x"), one.to_npz(&archive, "x"))).is_err());
    drop(archive);
    assert_eq!(npz_names(&path).unwrap().len(), 2, "what was there stays");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
