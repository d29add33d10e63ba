//! Files that lie, and arguments that do not fit: errors that say what is wrong, never a panic or part of a result.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use chunkwise::prelude::*;
use chunkwise::{Cause, Error};
use ndarray::{Array2, Axis, Slice, array, s};
use num_complex::Complex;

/// The bytes of an `.npy` file, format version 1.0.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut header = header.to_owned();
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn header(descr: &str, fortran: bool, shape: &str) -> String {
    let fortran = if fortran { "True" } else { "False" };
    format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}")
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(self.0.path()).unwrap().map(name).collect();
        names.sort();
        names
    }
}

/// Checks that the message, with its causes, has all of these in it.
#[track_caller]
fn says<T: Debug>(result: Result<T, Error>, parts: &[&str]) {
    let error = result.expect_err("this is an error");
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text += &format!("; {inner}");
        cause = inner.source();
    }
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

fn open(path: &Path) -> Result<ChunkedArrayD<f64>, Error> {
    ChunkedArray::from_npy(path, 2)
}

#[test]
fn files_that_are_not_what_they_say() {
    let folder = Folder::new();
    let good = npy(&header("'<f8'", false, "(3, 4)"), &[0; 96]);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "not an npy file"),
        ("text", b"this is no array, but it is long enough to be one".to_vec(), "not an npy file"),
        ("magic", b"\x93NUMPY".to_vec(), "truncated"),
        ("version", [b"\x93NUMPY\x09\x00", &good[8..]].concat(), "version 9.0"),
        ("half_a_header", good[..40].to_vec(), "truncated"),
        ("a_byte_short", good[..good.len() - 1].to_vec(), "(3, 4)|96 bytes"),
        ("a_byte_long", [&good[..], &[0]].concat(), "97"),
        ("lies", npy(&header("'<f8'", false, "(3, 400000)"), &[0; 96]), "9600000 bytes"),
        ("too_large", npy(&header("'<f8'", false, "(99999999999, 99999999999)"), &[]), "too large"),
        ("beyond_numbers", npy(&header("'<f8'", false, "(99999999999999999999999999,)"), &[]), "too large"),
        ("negative", npy(&header("'<f8'", false, "(-3, 4)"), &[0; 96]), "malformed"),
        ("no_shape", npy("{'descr': '<f8', 'fortran_order': False}", &[0; 96]), "shape"),
        ("no_dict", npy("[1, 2, 3]", &[0; 96]), "malformed"),
        ("unclosed", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3, ", &[0; 96]), "malformed"),
        ("strings", npy(&header("'<U5'", false, "(2,)"), &[0; 40]), "<U5"),
        ("bytes", npy(&header("'|S3'", false, "(2,)"), &[0; 6]), "|S3"),
        ("half", npy(&header("'<f2'", false, "(2,)"), &[0; 4]), "<f2"),
        ("dates", npy(&header("'<M8[s]'", false, "(2,)"), &[0; 16]), "M8[s]"),
        ("records", npy(&header("[('a', '<f4'), ('b', '<i2')]", false, "(2,)"), &[0; 12]), "not supported"),
        ("objects", npy(&header("'|O'", false, "(2,)"), b"\x80\x04pickle"), "objects"),
    ];
    for (name, bytes, expected) in cases {
        let path = folder.write(name, &bytes);
        let error = open(&path).expect_err(name);
        assert!(matches!(error, Error::Npy(_)), "{name}: {error:?}");
        let text = error.to_string();
        assert!(text.contains(&path.display().to_string()), "{name}: the file is not named in {text:?}");
        let found = expected.split('|').any(|part| text.to_lowercase().contains(&part.to_lowercase()));
        assert!(found, "{name}: {expected:?} is not in {text:?}");
    }
    says(open(&folder.path("nothing_here.npy")), &["nothing_here.npy", "cannot be opened"]);
    says(open(folder.0.path()), &["cannot be"]);
}

#[test]
fn arrays_of_another_type_or_number_of_axes() {
    let folder = Folder::new();
    let path = folder.path("x.npy");
    ChunkedArray::from_array(array![[1i32, 2], [3, 4]], Auto).unwrap().write_npy(&path).unwrap();
    says(ChunkedArray2::<f64>::from_npy(&path, Auto), &["x.npy", "i32", "f64"]);
    says(ChunkedArray1::<i32>::from_npy(&path, Auto), &["x.npy", "2 axes", "1 axis"]);
    says(ChunkedArray2::<i32>::from_npy(&path, ([3], Full)), &["axis 0", "3", "length 2"]);
    assert_eq!(ChunkedArrayD::<i32>::from_npy(&path, 1).unwrap().sum().scalar().unwrap(), 10);
}

#[test]
fn fortran_and_big_endian_files_are_read_right() {
    let folder = Folder::new();
    let values = Array2::from_shape_fn((5, 7), |(i, j)| (10 * i + j) as f64 - 0.5);
    let big =
        |values: &mut dyn Iterator<Item = f64>| -> Vec<u8> { values.flat_map(f64::to_be_bytes).collect() };
    let c = npy(&header("'>f8'", false, "(5, 7)"), &big(&mut values.iter().copied()));
    let f = npy(&header("'>f8'", true, "(5, 7)"), &big(&mut values.t().iter().copied()));
    let little: Vec<u8> = values.t().iter().flat_map(|v| v.to_le_bytes()).collect();
    let f_little = npy(&header("'<f8'", true, "(5, 7)"), &little);
    for (name, bytes) in [("c", c), ("f", f), ("f_little", f_little)] {
        let x = ChunkedArray2::<f64>::from_npy(folder.write(name, &bytes), (2, 3)).unwrap();
        assert_eq!(x.compute().unwrap(), values, "{name}");
        assert_eq!(
            x.t().slice(s![1..;2, ..;-1]).unwrap().compute().unwrap(),
            values.t().slice(s![1..;2, ..;-1])
        );
        assert_eq!(x.sum_axis(Axis(0)).unwrap().compute().unwrap(), values.sum_axis(Axis(0)), "{name}");
    }
    let shorts = npy(&header("'>i2'", false, "(3,)"), &[0, 1, 255, 254, 1, 0]);
    let x = ChunkedArray1::<i16>::from_npy(folder.write("shorts", &shorts), 2).unwrap();
    assert_eq!(x.compute().unwrap(), array![1, -2, 256]);
    let parts: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| v.to_be_bytes()).collect();
    let complex = npy(&header("'>c8'", false, "()"), &parts);
    let x = ChunkedArray0::<Complex<f32>>::from_npy(folder.write("complex", &complex), ()).unwrap();
    assert_eq!(x.scalar().unwrap(), Complex::new(1.5, -2.0));
}

#[test]
fn a_file_that_shrinks_after_it_was_opened() {
    let folder = Folder::new();
    let path = folder.path("x.npy");
    ChunkedArray::arange(0..10_000_i64).unwrap().write_npy(&path).unwrap();
    let line = line!() + 1;
    let x = ChunkedArray1::<i64>::from_npy(&path, 100).unwrap();
    let old = folder.write("old.npy", b"what was there before");
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() - 8).unwrap();

    for threads in [1, 2] {
        let config = Config::default().threads(threads);
        let error = config.compute(&x + 1).unwrap_err();
        let Error::Task(task) = &error else { panic!("{error:?}") };
        assert!(matches!(task.cause, Cause::Read(_)), "{error:?}");
        says::<()>(Err(error), &["x.npy", &format!("bad_input.rs:{line}"), "cannot be read"]);
        says(x.sum().compute_with(&config), &["x.npy"]);
        says((&x * 2).write_npy_with(&old, &config), &["x.npy"]);
    }
    assert_eq!(fs::read(&old).unwrap(), b"what was there before", "a failing write leaves the old file");
    assert_eq!(folder.names(), ["old.npy", "x.npy"], "and nothing of its own");
    // What the file still has can be read.
    assert_eq!(x.slice(s![..9999]).unwrap().max().scalar().unwrap(), 9998);
}

#[test]
fn a_bool_that_is_neither_true_nor_false() {
    let folder = Folder::new();
    let path = folder.write("x.npy", &npy(&header("'|b1'", false, "(4,)"), &[0, 1, 2, 1]));
    let x = ChunkedArray1::<bool>::from_npy(&path, 4).unwrap();
    says(x.compute(), &["x.npy", "0x02"]);
    says(x.all().scalar(), &["x.npy", "0x02"]);
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new();
    let x = ChunkedArray::arange(0..10_i32).unwrap();
    let nowhere = folder.path("no/such/folder/x.npy");
    says(x.write_npy(&nowhere), &["no/such/folder/x.npy", "cannot be created"]);
    let taken = folder.path("taken");
    fs::create_dir(&taken).unwrap();
    File::create(taken.join("inside")).unwrap();
    says(x.write_npy(&taken), &["taken", "cannot be written"]);
    says(x.write_npy(""), &["cannot be created"]);
    assert_eq!(folder.names(), ["taken"], "nothing is left behind");
}

#[test]
fn writes_that_fail_or_are_cancelled_leave_the_old_file() {
    let folder = Folder::new();
    let old = ChunkedArray::arange(0..5_i64).unwrap();
    let path = folder.path("x.npy");
    old.write_npy(&path).unwrap();
    let broken =
        ChunkedArray::arange(0..200_000_i64).unwrap().mapv(|v| if v == 150_000 { panic!("stop") } else { v });
    says(broken.write_npy(&path), &["mapv", "stop"]);
    let token = CancelToken::new();
    token.cancel();
    says(old.write_npy_with(&path, &Config::default().cancel(&token)), &["cancelled"]);
    assert_eq!(
        ChunkedArray1::<i64>::from_npy(&path, Auto).unwrap().compute().unwrap(),
        array![0, 1, 2, 3, 4]
    );
    assert_eq!(folder.names(), ["x.npy"]);
}

#[test]
fn a_file_can_be_replaced_by_what_is_computed_from_it() {
    let folder = Folder::new();
    let path = folder.path("x.npy");
    ChunkedArray::arange(0..100_000_i64).unwrap().write_npy(&path).unwrap();
    let x = ChunkedArray1::<i64>::from_npy(&path, 1000).unwrap();
    x.slice(s![..;-1]).unwrap().write_npy(&path).unwrap();
    let new = ChunkedArray1::<i64>::from_npy(&path, Auto).unwrap();
    assert_eq!(new.slice(s![..2]).unwrap().compute().unwrap(), array![99_999, 99_998]);
}

fn zeros() -> ChunkedArray2<f64> {
    ChunkedArray::zeros((10, 7)).unwrap()
}

#[test]
fn chunks_that_do_not_fit() {
    type X = ChunkedArray2<f64>;
    says(X::zeros((10, 7).chunked(([3, 6], Full))), &["axis 0", "add up to 9", "length 10"]);
    says(X::zeros((10, 7).chunked((Full, vec![4, 4]))), &["axis 1", "add up to 8", "length 7"]);
    says(X::zeros((10, 7).chunked((Full, [usize::MAX, 8]))), &["axis 1", "length 7"]);
    says(X::zeros((10, 7).chunked(0)), &["axis 0", "length 10", "zero"]);
    says(X::zeros((10, 7).chunked((5, 0))), &["axis 1", "length 7", "zero"]);
    says(X::zeros((10, 7).chunked(bytes("0"))), &["zero"]);
    says(X::zeros((10, 7).chunked(bytes("a lot"))), &["\"a lot\"", "size in bytes"]);
    says(X::zeros((10, 7).chunked(vec![vec![10]])), &["1 entry", "2 axes"]);
    says(zeros().rechunk(([11], 1)), &["axis 0", "11", "length 10"]);
    says(zeros().into_dyn().rechunk((1, 1, 1)), &["3 entries", "2 axes"]);
    says(ChunkedArray::from_array(array![1.0], ([2],)), &["axis 0", "2", "length 1"]);
    // Nothing is too small on an axis of no length.
    assert_eq!(X::zeros((0, 7).chunked((0, 7))).unwrap().num_chunks(), 1);
}

#[test]
fn shapes_too_large_to_address() {
    let large = "too large to address";
    says(ChunkedArray::<f64, _>::zeros((usize::MAX, 2)), &[large, "2"]);
    says(ChunkedArray::<f64, _>::zeros(1usize << 60), &[large, "1152921504606846976"]);
    says(ChunkedArray::<f64, _>::ones((1usize << 40, 1 << 40).chunked(1 << 20)), &[large]);
    says(ChunkedArray::from_shape_fn((usize::MAX, 0, 2), |_| 1u8), &[large]);
    says(ChunkedArray::<u8, _>::zeros(5).unwrap().broadcast((usize::MAX, 5)), &[large]);
    let (tall, wide) =
        (ChunkedArray::<u8, _>::ones((1 << 40, 1)).unwrap(), ChunkedArray::ones((1, 1 << 40)).unwrap());
    says(tall.try_add(&wide), &[large, "1099511627776"]);
    let half = ChunkedArray::<u8, _>::ones(1usize << 62).unwrap();
    says(concatenate(Axis(0), &[&half, &half]), &[large]);
    says(stack(Axis(0), &[&half, &half]), &[large]);
    // Elements of a cast may be wider.
    let cast = std::panic::catch_unwind(AssertUnwindSafe(|| half.cast::<f64>().sum().scalar()));
    assert!(!matches!(cast, Ok(Ok(_))), "2^65 bytes");
}

#[test]
fn axes_indices_and_slices_out_of_bounds() {
    let x = zeros();
    says(x.sum_axis(Axis(2)), &["axis 2", "2 dimensions"]);
    says(x.mean_axis([Axis(1), Axis(1)]), &["axis 1", "more than once"]);
    says(x.index_axis(Axis(1), 7), &["index 7", "axis 1", "length 7"]);
    says(x.index_axis(Axis(5), 0), &["axis 5"]);
    says(x.slice(s![.., 7]), &["index 7", "axis 1", "length 7"]);
    says(x.slice(s![-11, ..]), &["index -11", "axis 0", "length 10"]);
    says(x.slice(s![3..12, ..]), &["index 12", "axis 0", "length 10"]);
    says(x.slice_axis(Axis(0), Slice { start: 0, end: None, step: 0 }), &["axis 0", "step"]);
    says(x.slice_axis(Axis(3), Slice::from(..)), &["axis 3", "2 dimensions"]);
    says(x.into_dyn().slice(s![0, 0, 0]), &["3 entries", "2 axes"]);
    let x = zeros();
    says(x.permuted_axes([0, 0]), &["axis 0", "more than once"]);
    says(x.permuted_axes([0, 2]), &["axis 2"]);
    says(x.swap_axes(0, 9), &["axis 9"]);
    says(x.insert_axis(Axis(3)), &["axis 3"]);
    says(x.invert_axis(Axis(2)), &["axis 2"]);
    says(x.squeeze_axis(Axis(0)), &["axis 0", "length 10"]);
    says(x.into_dimensionality::<ndarray::Ix3>(), &["2", "3"]);
}

#[test]
fn shapes_that_do_not_meet() {
    let (x, row) = (zeros(), ChunkedArray::<f64, _>::zeros(6).unwrap());
    says(x.try_add(&row), &["[10, 7]", "[6]", "broadcast"]);
    says(x.gt(&row), &["[10, 7]", "[6]"]);
    says(x.map2(&row, |a, b: f64| a + b), &["[10, 7]", "[6]"]);
    says(x.broadcast((3, 10, 8)), &["[10, 7]", "[3, 10, 8]"]);
    says(concatenate(Axis(0), &[&x, &x.t()]), &["concatenate", "[10, 7]", "[7, 10]"]);
    says(concatenate(Axis(2), &[&x, &x]), &["axis 2"]);
    says(
        concatenate::<f64, ndarray::Ix2, &ChunkedArray2<f64>>(Axis(0), &[]),
        &["concatenate", "at least one"],
    );
    says(stack(Axis(0), &[&x, &x.t()]), &["stack", "[10, 7]", "[7, 10]"]);
    // Operators panic as ndarray's do, with the same words, where they were written.
    let panic =
        std::panic::catch_unwind(|| &zeros() + &ChunkedArray::<f64, _>::zeros(6).unwrap()).unwrap_err();
    let text = panic.downcast_ref::<String>().expect("a message");
    assert!(text.contains("[10, 7]") && text.contains("[6]"), "{text}");
}

#[test]
fn values_that_do_not_exist() {
    let empty = ChunkedArray::<f64, _>::zeros((0, 3)).unwrap();
    says(empty.min().scalar(), &["min", "no elements"]);
    says(empty.max_axis(Axis(0)), &["max", "no elements"]);
    says((empty.argmax() + 1).scalar(), &["argmax", "no elements"]);
    assert_eq!(empty.max_axis(Axis(1)).unwrap().compute().unwrap().len(), 0);
    let nan = ChunkedArray::full((4, 4).chunked(2), f64::NAN).unwrap();
    says(nan.nanargmin().scalar(), &["nanargmin", "NaN"]);
    says(ChunkedArray::arange_step(0, 10, 0), &["arange", "step"]);
    says(ChunkedArray::arange_step(0.0, f64::INFINITY, 1.0), &["arange"]);
    let wrong = ChunkedArray::from_block_fn((4, 4).chunked(2), |_| Array2::<f64>::zeros((2, 3))).unwrap();
    says(wrong.compute(), &["from_block_fn", "[2, 3]", "[2, 2]"]);
    says(wrong.slice(s![0, 0]).unwrap().compute(), &["from_block_fn", "[2, 3]"]);
    let limit = Config::default().memory_limit(bytes("not much"));
    says(zeros().compute_with(&limit), &["not much"]);
    says(zeros().persist_with(&limit), &["not much"]);
}

#[test]
fn plans_too_large_to_be_made() {
    let x = ChunkedArray::<u8, _>::ones((1usize << 60).chunked(3 << 19)).unwrap();
    says(x.sum().scalar(), &["2^26 tasks"]);
    says((&x + 1).max().explain(), &["2^26 tasks"]);
    // What is looked at can still be computed.
    assert_eq!(x.slice(s![1isize << 59..;1isize << 57]).unwrap().sum().scalar().unwrap(), 4);
}
