//! What was once wrong, as small as it could be made.

use std::fs;
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use chunkwise::prelude::*;
use ndarray::{Array1, Axis, array, s};

type Outcome = Result<(), chunkwise::Error>;

/// Every step reads the end of what all steps before it made. The number of paths from the last concatenation to the
/// first array grows with the power of the steps; hardly any leads to an element, and only those may be followed.
#[test]
fn nested_concatenations_of_what_they_contain() -> Outcome {
    let steps = 300;
    let mut series = ChunkedArray::from_elem(1, 1i64)?;
    let mut twice = ChunkedArray::arange(0..2i32)?;
    for i in 0..steps {
        let next = series.slice(s![-1..])? * 3 + i;
        series = concatenate(Axis(0), &[&series, &next])?;
        twice = concatenate(Axis(0), &[&twice, &twice.slice(s![..1])?])?;
    }
    let mut expected = vec![1i64];
    for i in 0..steps {
        expected.push(expected[i as usize].wrapping_mul(3).wrapping_add(i));
    }
    assert_eq!(series.compute()?.to_vec(), expected);
    assert_eq!(twice.compute()?.to_vec()[..4], [0, 1, 0, 0]);
    assert_eq!(twice.sum().scalar()?, 1);
    Ok(())
}

/// A distance of finite numbers may be infinite.
#[test]
fn variance_that_overflows_is_not_negative() -> Outcome {
    for chunk in 1..=2 {
        let x = ChunkedArray::from_array(array![1e308f64, -1e308], chunk)?;
        assert_eq!(x.var(0.0).scalar()?, f64::INFINITY);
        assert_eq!(x.nanstd(0.0).scalar()?, f64::INFINITY);
        let columns = x.insert_axis(Axis(1))?.broadcast((2, 3))?;
        assert_eq!(
            columns.var_axis(Axis(0), 0.0)?.compute()?,
            array![f64::INFINITY, f64::INFINITY, f64::INFINITY]
        );
    }
    Ok(())
}

/// Before anything is computed; a device would have been replaced by a file.
#[test]
#[cfg(unix)]
fn only_files_are_written_over() -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let computed = Arc::new(AtomicBool::new(false));
    let seen = computed.clone();
    let x = ChunkedArray::arange(0..9i32)?.mapv(move |v| {
        seen.store(true, Ordering::Relaxed);
        v
    });
    let error = x.write_npy(&path).unwrap_err();
    assert!(error.to_string().ends_with("cannot be created: what is there is not a file"), "{error}");
    assert!(!computed.load(Ordering::Relaxed));
    assert!(!fs::metadata(&path).expect("still there").is_file());
    Ok(())
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link_when_its_file_is_written_over() -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("data")).expect("a folder");
    let (file, link) = (folder.path().join("data/x.npy"), folder.path().join("x.npy"));
    ChunkedArray::arange(0..3i32)?.write_npy(&file)?;
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    ChunkedArray::arange(5..7i32)?.write_npy(&link)?;
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(ChunkedArray1::<i32>::from_npy(&file, Auto)?.compute()?, array![5, 6]);
    Ok(())
}

#[test]
fn what_the_system_said_is_part_of_the_message() {
    let error = ChunkedArray1::<i32>::from_npy("no/such/file.npy", Auto).unwrap_err();
    let system = fs::File::open("no/such/file.npy").unwrap_err();
    assert_eq!(error.to_string(), format!("no/such/file.npy: cannot be opened: {system}"));
}

/// Sums compute products themselves, but not those of groups, of what a mask selects, or of bins.
#[test]
fn sums_of_products_keep_to_their_groups_and_masks() {
    let values = |seed: usize| Array1::from_shape_fn(5000, |i| ((i * seed) % 97) as f64 * 0.5);
    let (a, b) = (values(31), values(17));
    let [x, y] = [&a, &b].map(|v| ChunkedArray::from_array(v.to_shared(), 700).unwrap());
    let codes = Array1::from_shape_fn(5000, |i| (i % 3) as i64);
    let labels = ChunkedArray::from_array(codes.to_shared(), 700).unwrap();
    let chosen = b.mapv(|v| v > 20.0);
    let mask = ChunkedArray::from_array(chosen.to_shared(), 700).unwrap();
    let position = ChunkedArray::from_array(codes.mapv(|c| c as f64).to_shared(), 700).unwrap();
    type Formula = (fn(&ChunkedArray1<f64>, &ChunkedArray1<f64>) -> ChunkedArray1<f64>, fn(f64, f64) -> f64);
    let formulas: [Formula; 6] = [
        (|x, y| x - y, |x, y| x - y),
        (|x, y| x * y, |x, y| x * y),
        (|x, _| x * 2.0, |x, _| x * 2.0),
        (|x, y| (x - y).powi(2), |x, y| (x - y).powi(2)),
        (|x, y| x * 2.0 + y, |x, y| x * 2.0 + y),
        (|x, y| x * 2.0 + y * y, |x, y| x * 2.0 + y * y),
    ];
    for (lazy, eager) in formulas {
        let expected = ndarray::Zip::from(&a).and(&b).map_collect(|&x, &y| eager(x, y));
        let of = |wanted: &dyn Fn(usize) -> bool| {
            (0..5000).filter(|&i| wanted(i)).map(|i| expected[i]).sum::<f64>()
        };
        let groups = [0, 1, 2].map(|g| of(&|i| codes[i] == g));
        let product = lazy(&x, &y);
        let grouped = product.groupby(&Labels::codes(&labels, 3).unwrap()).unwrap();
        assert_eq!(grouped.sum().compute().unwrap().to_vec(), groups);
        let counts = [0, 1, 2].map(|g| codes.iter().filter(|&&c| c == g).count() as f64);
        let means: Vec<f64> = groups.iter().zip(counts).map(|(sum, n)| sum / n).collect();
        assert_eq!(grouped.mean().compute().unwrap().to_vec(), means);

        let selected = product.mask(&mask).unwrap();
        let count = chosen.iter().filter(|&&c| c).count() as f64;
        assert_eq!(selected.sum().scalar().unwrap(), of(&|i| chosen[i]));
        assert_eq!(selected.mean().scalar().unwrap(), of(&|i| chosen[i]) / count);

        let bins = position.histogram_weighted(Bins::linear(3, -0.5, 2.5), &product).unwrap();
        assert_eq!(bins.counts.compute().unwrap().to_vec(), groups);
    }
}
