//! Chunked arrays as values: what they say of themselves, what they refuse, and when errors come.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error};
use ndarray::{Array, Array1, Array2, Axis, Ix2, array, s};

/// The message of a panic.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).err().expect("panics");
    payload.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn properties() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f32, _>::zeros((10, 7).chunked((4, [3, 0, 4])))?;
    assert_eq!((x.shape(), x.ndim(), x.len(), x.is_empty()), (&[10, 7][..], 2, 70, false));
    assert_eq!((x.dtype(), x.nbytes()), (DType::F32, 280));
    assert_eq!(x.chunks(), [vec![4, 4, 2], vec![3, 0, 4]]);
    assert_eq!((x.chunk_shape(), x.num_chunks()), (vec![4, 4], 9));
    assert_eq!((x.dim(), x.raw_dim()), ((10, 7), ndarray::Dim([10, 7])));
    let scalar = ChunkedArray::<f64, _>::zeros(())?;
    assert_eq!((scalar.shape(), scalar.len(), scalar.num_chunks()), (&[][..], 1, 1));
    assert!(ChunkedArray::<f64, _>::zeros((3, 0))?.is_empty());
    Ok(())
}

#[test]
fn cards_stay_short() -> chunkwise::Result<()> {
    let x = ChunkedArray::<u8, _>::zeros((1_000_000_000, 1000).chunked((1, Full)))?;
    assert_eq!(x.num_chunks(), 1_000_000_000);
    let mut y = &x + 1;
    for _ in 0..10 {
        y = y.slice(s![1.., ..])?;
    }
    for card in [format!("{y:?}"), format!("{y}")] {
        assert!(card.len() < 250, "{card}");
        assert!(
            card.contains("(999999990, 1000)") && card.contains("931.32 GiB") && card.contains("u8"),
            "{card}"
        );
    }
    assert!(format!("{:?}", ChunkedArray::<f64, _>::zeros(())?).contains("shape: ()"));
    Ok(())
}

#[test]
fn chunk_specs_that_do_not_fit() {
    let error = |shape: chunkwise::Chunked<Ix2>| match ChunkedArray::<f64, _>::zeros(shape) {
        Err(Error::Argument(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(error((10, 10).chunked(([4, 5], 10))), ArgumentError::ChunkSum { axis: 0, len: 10, sum: 9 });
    assert_eq!(
        error((10, 10).chunked((10, [usize::MAX, 11]))),
        ArgumentError::ChunkSum { axis: 1, len: 10, sum: usize::MAX }
    );
    assert_eq!(error((10, 10).chunked(0)), ArgumentError::ZeroChunk { axis: 0, len: 10 });
    assert_eq!(error((10, 10).chunked(vec![1, 2, 3])), ArgumentError::ChunkArity { got: 3, expected: 2 });
    assert_eq!(
        error((10, 10).chunked(bytes("4 apples"))),
        ArgumentError::ByteSize { text: "4 apples".into() }
    );
    assert!(matches!(error((usize::MAX, 2).chunked(Auto)), ArgumentError::TooLarge { .. }));
    assert!(matches!(error((1 << 40, 1 << 20).chunked(1)), ArgumentError::TooLarge { .. }));
    assert!(ChunkedArray::<f64, _>::zeros((0, 10).chunked((0, 5))).is_ok());
    let x = ChunkedArray::<f64, _>::zeros((10, 10)).expect("fits");
    assert!(x.rechunk((3, [4, 4])).is_err());
}

#[test]
fn operators_panic_where_their_twins_return_errors() -> chunkwise::Result<()> {
    let (x, y) = (ChunkedArray::<f64, _>::ones((2, 3))?, ChunkedArray::<f64, _>::ones(2)?);
    assert_eq!(panic_of(|| &x + &y), "add: shapes [2, 3] and [2] do not broadcast together");
    assert!(panic_of(|| &x * &array![1.0, 2.0]).contains("broadcast"));
    let broadcast = ArgumentError::Broadcast { left: [2, 3][..].into(), right: [2][..].into() };
    assert!(matches!(x.try_add(&y), Err(Error::Argument(error)) if error == broadcast));
    assert!(x.gt(&y).is_err() && x.maximum(&y).is_err() && x.map2(&y, |a, _| a).is_err());
    let mut row = ChunkedArray::<f64, _>::ones((1, 3))?;
    assert!(panic_of(AssertUnwindSafe(|| row += &x)).contains("cannot be assigned"));
    assert_eq!(row.shape(), [1, 3]);
    Ok(())
}

#[test]
fn arguments_out_of_bounds_are_errors() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((2, 3))?;
    let axis = |result: chunkwise::Result<ChunkedArray2<f64>>| match result {
        Err(Error::Argument(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(axis(x.flip(Axis(2))).contains("axis 2"));
    assert!(axis(x.swap_axes(0, 5)).contains("axis 5"));
    assert!(axis(x.permuted_axes((0, 0))).contains("more than once"));
    assert!(axis(x.flip([Axis(1), Axis(1)])).contains("axis 1"));
    assert!(axis(x.slice(s![..3, ..])).contains("index 3 is out of bounds for axis 0 of length 2"));
    assert!(axis(x.slice(s![.., -4..])).contains("index -4"));
    assert!(x.slice(s![0, 3]).is_err() && x.index_axis(Axis(1), 3).is_err());
    assert!(x.sum_axis(Axis(2)).is_err() && x.sum_axis([Axis(0), Axis(0)]).is_err());
    assert!(x.insert_axis(Axis(3)).is_err() && x.squeeze_axis(Axis(0)).is_err());
    assert!(x.broadcast((3, 3)).is_err() && x.broadcast(3).is_err());
    assert!(concatenate(Axis(2), &[&x]).is_err());
    assert!(concatenate(Axis(0), &[] as &[ChunkedArray2<f64>]).is_err());
    assert!(concatenate(Axis(0), &[&x, &x.t()]).is_err());
    assert!(stack(Axis(0), &[&x, &ChunkedArray::ones((2, 4))?]).is_err());
    assert!(x.into_dyn().into_dimensionality::<ndarray::Ix3>().is_err());
    Ok(())
}

#[test]
fn reductions_without_a_value() -> chunkwise::Result<()> {
    let empty = ChunkedArray::<f64, _>::zeros((0, 3))?;
    // Over all axes the error waits for the computation, and passes through what is made of the result.
    let least = empty.min();
    assert_eq!(least.shape(), [0usize; 0]);
    let message = (least * 2.0 + 1.0).scalar().unwrap_err().to_string();
    assert!(message.contains("min of no elements"), "{message}");
    assert!(compute((empty.sum(), empty.argmax())).is_err());
    assert!(empty.max_axis(Axis(0)).is_err());
    assert_eq!(empty.max_axis(Axis(1))?.shape(), [0]);
    assert_eq!((empty.sum().scalar()?, empty.prod().scalar()?), (0.0, 1.0));
    assert!(empty.mean().scalar()?.is_nan());
    Ok(())
}

#[test]
fn functions_of_blocks() -> chunkwise::Result<()> {
    let x = ChunkedArray::from_block_fn((4, 5).chunked((2, [3, 2])), |block| {
        Array2::from_elem(block.shape, (10 * block.index[0] + block.index[1]) as i64)
    })?;
    assert_eq!(
        x.compute()?,
        array![[0, 0, 0, 1, 1], [0, 0, 0, 1, 1], [10, 10, 10, 11, 11], [10, 10, 10, 11, 11]]
    );
    // Blocks may come in any memory order.
    let places = ChunkedArray::from_block_fn((4, 5).chunked((2, [3, 2])), |block| {
        let (rows, columns) = (block.shape[0], block.shape[1]);
        let element = |(j, i)| (10 * (block.start[0] + i) + block.start[1] + j) as i64;
        Array::from_shape_fn((columns, rows), element).reversed_axes()
    })?;
    assert_eq!(places.compute()?, Array2::from_shape_fn((4, 5), |(i, j)| (10 * i + j) as i64));
    let wrong = ChunkedArray::from_block_fn(6.chunked(2), |_| Array1::<f64>::zeros(3))?;
    let message = wrong.compute().unwrap_err().to_string();
    assert!(message.contains("[3]") && message.contains("[2]"), "{message}");
    let failing = ChunkedArray::<f64, _>::try_from_block_fn(6.chunked(2), |block| match block.index[0] {
        2 => Err("the disk is on fire"),
        _ => Ok(Array1::zeros(block.shape)),
    })?;
    let message = failing.compute().unwrap_err().to_string();
    assert!(message.contains("the disk is on fire") && message.contains("block [2]"), "{message}");
    assert_eq!(failing.slice(s![..4])?.compute()?, Array1::<f64>::zeros(4));
    Ok(())
}

#[test]
fn panics_in_functions_are_errors() -> chunkwise::Result<()> {
    let x = ChunkedArray::arange(0..10)?.rechunk(5)?;
    let y = x.mapv(|v| if v == 7 { panic!("no sevens") } else { v });
    let message = y.compute().unwrap_err().to_string();
    assert!(
        message.contains("no sevens") && message.contains("mapv") && message.contains(file!()),
        "{message}"
    );
    assert_eq!(x.compute()?.len(), 10);
    Ok(())
}

#[test]
fn shapes_without_axes() -> chunkwise::Result<()> {
    assert_eq!(ChunkedArray::from_shape_fn((), |()| 7)?.scalar()?, 7);
    assert_eq!(ChunkedArray::from_array(ndarray::arr0(2.5), ())?.scalar()?, 2.5);
    assert_eq!(ChunkedArray::from_elem((), 3)?.broadcast((2, 2))?.compute()?, array![[3, 3], [3, 3]]);
    let x = ChunkedArray::from_elem((), 3)?.insert_axis(Axis(0))?;
    assert_eq!(concatenate(Axis(0), &[&x, &x])?.compute()?, array![3, 3]);
    Ok(())
}

#[test]
fn memory_in_any_order() -> chunkwise::Result<()> {
    let a = Array2::from_shape_fn((6, 8), |(i, j)| (10 * i + j) as i32);
    for chunks in [(1, 1), (4, 3), (6, 8)] {
        for order in [a.clone(), a.clone().reversed_axes(), a.clone().slice_move(s![..;-1, 1..;-3])] {
            let x = ChunkedArray::from_array(order.clone(), chunks)?;
            assert_eq!(x.compute()?, order);
            assert_eq!((&x + &order).compute()?, &order * 2);
        }
    }
    assert_eq!(ChunkedArray::from_array(a.slice(s![2, ..]), 3)?.compute()?, a.row(2));
    Ok(())
}

#[test]
fn evenly_spaced_numbers() -> chunkwise::Result<()> {
    let x = ChunkedArray::linspace(0.1, 0.7, 7.chunked(2))?.compute()?;
    assert_eq!((x.len(), x[0], x[6]), (7, 0.1, 0.7));
    assert_eq!(ChunkedArray::linspace(2.0, 3.0, 1)?.compute()?, array![2.0]);
    assert_eq!(ChunkedArray::linspace(2.0, 3.0, 0)?.compute()?, Array1::<f64>::zeros(0));
    let tiny = f64::from_bits(1);
    assert_eq!(ChunkedArray::linspace_exclusive(0.0, 2.0 * tiny, 4)?.compute()?[2], tiny);
    assert_eq!(ChunkedArray::arange_step(250u8, 255, 3)?.compute()?, array![250, 253]);
    assert_eq!(ChunkedArray::arange_step(5i8, -120, -100)?.compute()?, array![5, -95]);
    assert_eq!(ChunkedArray::arange(3..3)?.compute()?, Array1::<i32>::zeros(0));
    assert_eq!(
        ChunkedArray2::<bool>::eye_offset((3, 2), -1)?.compute()?,
        array![[false, false], [true, false], [false, true]]
    );
    Ok(())
}

#[test]
fn configurations() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((100, 100).chunked(10))?;
    let text = Config::default().memory_limit(bytes("a lot"));
    assert!(matches!(x.compute_with(&text), Err(Error::Argument(ArgumentError::ByteSize { .. }))));
    assert!(x.compute_with(&Config::default().memory_limit(100)).is_err());
    let token = CancelToken::new();
    assert!(x.compute_with(&Config::default().cancel(&token)).is_ok());
    token.cancel();
    assert!(x.compute_with(&Config::default().cancel(&token)).is_err());
    assert_eq!(Config::default().threads(2).compute(&x)?.len(), 10_000);
    Ok(())
}

#[test]
fn npy_files_of_another_type() -> chunkwise::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.npy");
    let x = ChunkedArray::from_shape_fn((7, 5).chunked(3), |(i, j)| (i * j) as i16)?;
    x.write_npy(&path)?;
    let back = ChunkedArray2::<i16>::from_npy(&path, (2, Full))?;
    assert_eq!(back.compute()?, x.compute()?);
    assert_eq!(ChunkedArrayD::<i16>::from_npy(&path, 4)?.shape(), [7, 5]);
    let message = ChunkedArray2::<f64>::from_npy(&path, Auto).unwrap_err().to_string();
    assert!(message.contains("x.npy") && message.contains("i16") && message.contains("f64"), "{message}");
    let message = ChunkedArray3::<i16>::from_npy(&path, Auto).unwrap_err().to_string();
    assert!(message.contains("2 axes") && message.contains("3 axes"), "{message}");
    assert!(matches!(ChunkedArray1::<f64>::from_npy(folder.path().join("y.npy"), Auto), Err(Error::Npy(_))));
    // A failed computation leaves the file as it was.
    let broken = x.mapv(|v| if v == 12 { panic!("twelve") } else { v });
    assert!(broken.write_npy(&path).is_err());
    assert_eq!(ChunkedArray2::<i16>::from_npy(&path, Auto)?.compute()?, x.compute()?);
    Ok(())
}
