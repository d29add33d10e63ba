//! HDF5 files.

use chunkwise::prelude::*;
use chunkwise::{Error, Hdf5Options, Hdf5Writer, hdf5_names};
use chunkwise_tests::assert_matches;
use ndarray::Array2;

#[test]
fn several_datasets_are_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let values = Array2::from_shape_fn((20, 30), |(i, j)| (i * 30 + j) as f32);
    let x = ChunkedArray::from_array(values.clone(), 7).unwrap();
    let file = Hdf5Writer::create(&path).unwrap();
    let packed = Hdf5Options::default().chunks([6, 10]).deflate(3).shuffle();
    let plain = Hdf5Options::default();
    let writes = (x.to_hdf5(&file, "x", packed), x.gt(100.0).unwrap().to_hdf5(&file, "parts/large", plain));
    compute(writes).unwrap();
    drop(file);
    assert_eq!(hdf5_names(&path).unwrap(), ["parts/large", "x"]);
    let back = ChunkedArray2::<f32>::from_hdf5(&path, "x", Auto).unwrap();
    assert_eq!((back.chunk_shape()[0] % 6, back.chunk_shape()[1] % 10), (20 % 6, 0));
    assert_matches(&back, &values);
    let large = ChunkedArray2::<bool>::from_hdf5(&path, "parts/large", (3, Full)).unwrap();
    assert_matches(&large, &values.mapv(|x| x > 100.0));
    assert!(matches!(ChunkedArray2::<f64>::from_hdf5(&path, "x", Auto), Err(Error::FileType { .. })));
    assert!(matches!(ChunkedArray2::<f32>::from_hdf5(&path, "y", Auto), Err(Error::Store(_))));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
