//! Headers byte by byte, and regions against a reading of the whole file element by element.

use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, Shape, Strides};
use proptest::prelude::*;

use super::header::Header;
use super::literal::{self, Literal};
use super::{NpyErrorKind, NpyFile, NpyWriter, descr};
use crate::runs::Limits;

fn file_bytes(version: u8, text: &str, data: &[u8]) -> Vec<u8> {
    let size = (text.len() as u32).to_le_bytes();
    let size = if version == 1 { &size[..2] } else { &size[..] };
    [&b"\x93NUMPY"[..], &[version, 0], size, text.as_bytes(), data].concat()
}

fn read(bytes: &[u8]) -> Result<Header, NpyErrorKind> {
    Header::read(&mut &*bytes, bytes.len() as u64)
}

fn read_dict(text: &str) -> Result<Header, NpyErrorKind> {
    read(&file_bytes(1, text, &[]))
}

#[test]
fn literals_of_every_kind() {
    let text = r#" {'a': (1, -2L,), "b": [None, True, (False)], 'c\'d': (), 'e': {}} "#;
    let Ok(Literal::Dict(entries)) = literal::parse(text) else { panic!("{text} is a dictionary") };
    let [a, b, c, e] = &entries[..] else { panic!("{entries:?} are four") };
    assert_eq!(
        (&a.0, &a.1, a.2),
        (&Literal::Str("a"), &Literal::Tuple(vec![Literal::Int("1"), Literal::Int("-2")]), "(1, -2L,)")
    );
    let list = Literal::List(vec![Literal::None, Literal::Bool(true), Literal::Bool(false)]);
    assert_eq!((&b.0, &b.1), (&Literal::Str("b"), &list));
    assert_eq!((&c.0, &c.1), (&Literal::Str(r"c\'d"), &Literal::Tuple(vec![])));
    assert_eq!((&e.0, &e.1), (&Literal::Str("e"), &Literal::Dict(vec![])));
}

#[test]
fn literals_that_are_none() {
    for text in [
        "", "{", "}", "{'a'}", "{'a':}", "{'a': 1", "(1 2)", "(,)", "'a", "'a\\", "-", "Tru", "1 1", "\u{e9}",
    ] {
        assert!(matches!(literal::parse(text), Err(NpyErrorKind::Header { .. })), "{text:?}");
    }
}

#[test]
fn deep_literals_are_refused_at_once() {
    for open in ["[", "(", "{", "{1:", "[["] {
        let error = literal::parse(&open.repeat(300_000)).unwrap_err();
        assert!(error.to_string().contains("deep"), "{error}");
    }
}

#[test]
fn dtype_names() {
    for dtype in DType::ALL {
        assert_eq!(
            descr::parse(descr::name(dtype)).unwrap(),
            (dtype, cfg!(target_endian = "big") && descr::name(dtype).starts_with('<'))
        );
    }
    for (name, dtype) in [("?", DType::Bool), ("|?", DType::Bool), ("=f8", DType::F64), ("i4", DType::I32)] {
        assert_eq!(descr::parse(name).unwrap(), (dtype, false));
    }
    assert_eq!(descr::parse(">c16").unwrap(), (DType::C64, cfg!(target_endian = "little")));
    assert_eq!(descr::parse(">i1").unwrap(), (DType::I8, false));
    for name in ["", "<", "<f2", "<f16", "<U5", "|S3", "|V8", "<M8[ns]", "<i3", "f4,i4", "\u{e9}"] {
        assert!(matches!(descr::parse(name), Err(NpyErrorKind::DType { .. })), "{name}");
    }
    assert!(matches!(descr::parse("|O"), Err(NpyErrorKind::Objects)));
}

#[test]
fn headers_in_any_spelling() {
    for (version, text) in [
        (1, "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 1), }     \n"),
        (2, "{'shape':(2,1),'fortran_order':True,'descr':'<i2'}"),
        (3, "{\"descr\": \"<i2\", 'fortran_order': True, 'shape': (2L, 1L)}\n"),
    ] {
        let bytes = file_bytes(version, text, &[0; 4]);
        let header = read(&bytes).unwrap();
        let data = bytes.len() as u64 - 4;
        let swapped = cfg!(target_endian = "big");
        let shape = Shape::from_slice(&[2, 1]);
        assert_eq!(header, Header { dtype: DType::I16, swapped, fortran: true, shape, data });
    }
}

#[test]
fn headers_that_say_too_little_or_too_much() {
    for (text, why) in [
        ("{'fortran_order': True, 'shape': ()}", "no key 'descr'"),
        ("{'descr': '|u1', 'shape': ()}", "no key 'fortran_order'"),
        ("{'descr': '|u1', 'fortran_order': True}", "no key 'shape'"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (), 'x': 1}", "unknown key \"x\""),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (), 'shape': ()}", "\"shape\" twice"),
        ("{1: 2}", "not a string"),
        ("{'descr': '|u1', 'fortran_order': 1, 'shape': ()}", "fortran_order is 1"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': 3}", "shape is 3"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (3)}", "shape is (3)"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (-3,)}", "shape is (-3,)"),
        ("{'descr': '|u1', 'fortran_order': True, 'shape': (3.0,)}", "expected"),
        ("{'descr': 1, 'fortran_order': True, 'shape': ()}", "not a dtype"),
        ("('descr', )", "not a dictionary"),
        ("", "expected a value"),
    ] {
        match read_dict(text) {
            Err(error @ NpyErrorKind::Header { .. }) => {
                assert!(error.to_string().contains(why), "{text}: {error}")
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn shapes_that_cannot_be_addressed() {
    for shape in [
        "(99999999999999999999999,)",
        "(18446744073709551615,)",
        "(4294967296, 4294967296)",
        "(0, 4294967296, 4294967296)",
        "(1152921504606846976, 8)",
    ] {
        let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}");
        match read_dict(&text) {
            Err(NpyErrorKind::TooLarge { shape: named }) => assert_eq!(named, shape),
            other => panic!("{shape}: {other:?}"),
        }
    }
}

#[test]
fn lengths_that_do_not_match() {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}";
    for (bytes, given) in [(0, 0), (23, 23), (25, 25), (24_000, 24_000)] {
        match read(&file_bytes(1, text, &vec![0; bytes])) {
            Err(NpyErrorKind::Length { expected: 24, actual, .. }) => assert_eq!(actual, given),
            other => panic!("{other:?}"),
        }
    }
    // A header that claims more bytes than there are does not make anyone allocate them.
    let bytes = [&b"\x93NUMPY\x02\x00"[..], &u32::MAX.to_le_bytes()].concat();
    assert!(matches!(
        read(&bytes),
        Err(NpyErrorKind::TruncatedHeader { expected: 4_294_967_307, actual: 12 })
    ));
}

#[test]
fn long_headers_take_version_two() {
    let short = Header::format(DType::U8, &[1; 10_000]);
    assert_eq!((short[6], short.len() % 64), (1, 0));
    let long = Header::format(DType::U8, &[1; 30_000]);
    assert_eq!((long[6], long.len() % 64), (2, 0));
    let header = read(&[&long[..], &[0]].concat()).unwrap();
    assert_eq!(header.shape.len(), 30_000);
    assert_eq!(header.data, long.len() as u64);
}

#[test]
fn damaged_files_are_errors() {
    for fixture in ["i2.npy", "version_3.npy", "f8_big_fortran.npy", "zero_d.npy", "empty.npy"] {
        let path = format!("{}/tests/data/{fixture}", env!("CARGO_MANIFEST_DIR"));
        let whole = std::fs::read(path).unwrap();
        let header = read(&whole).unwrap();
        for len in 0..whole.len() {
            assert!(read(&whole[..len]).is_err(), "{fixture} cut to {len} bytes");
        }
        // Every byte of the header in turn takes every value. What still reads as a header has to agree with
        // the length of the file.
        let mut bytes = whole.clone();
        for at in 0..header.data as usize {
            for value in 0..=u8::MAX {
                bytes[at] = value;
                if let Ok(header) = read(&bytes) {
                    let elements: usize = header.shape.iter().product();
                    assert_eq!(header.data as usize + elements * header.dtype.size(), whole.len());
                }
            }
            bytes[at] = whole[at];
        }
    }
}

proptest! {
    #[test]
    fn no_text_upsets_the_parser(text in r#"[\(\)\[\]\{\}'",: 01\-\\LTrueFalsNodcph_éß]{0,60}"#) {
        let _ = literal::parse(&text);
        let _ = read_dict(&text);
    }
}

/// A file and a box of it.
#[derive(Clone, Debug)]
struct Case {
    dtype: DType,
    shape: Shape,
    big: bool,
    fortran: bool,
    start: Shape,
    extent: Shape,
    /// Where the axes of the block lie in memory: which is slowest, how many steps apart, and backwards or not.
    order: Vec<usize>,
    spread: Vec<isize>,
    limits: Limits,
}

fn cases() -> impl Strategy<Value = Case> {
    let limits = (prop_oneof![0usize..80, 0usize..4000], 0usize..40, proptest::option::of(0usize..60))
        .prop_map(|(staging, gap, direct)| Limits { staging, gap, direct });
    let axis = (0usize..6)
        .prop_flat_map(|n| (Just(n), 0..=n))
        .prop_flat_map(|(n, at)| (Just(n), Just(at), 0..=n - at));
    let spread = prop_oneof![Just(1isize), Just(-1), Just(2), Just(-3)];
    proptest::collection::vec((axis, spread), 0..5).prop_flat_map(move |axes| {
        let order: Vec<usize> = (0..axes.len()).collect();
        let choices = (proptest::sample::select(&DType::ALL[..]), any::<(bool, bool)>());
        (Just(axes), Just(order).prop_shuffle(), choices, limits.clone()).prop_map(
            |(axes, order, (dtype, (big, fortran)), limits)| Case {
                dtype,
                shape: axes.iter().map(|axis| axis.0.0).collect(),
                big,
                fortran,
                start: axes.iter().map(|axis| axis.0.1).collect(),
                extent: axes.iter().map(|axis| axis.0.2).collect(),
                order,
                spread: axes.iter().map(|axis| axis.1).collect(),
                limits,
            },
        )
    })
}

impl Case {
    /// The bytes of element number `i` in C order, in this machine's order.
    fn element(&self, i: usize) -> Vec<u8> {
        if self.dtype.is_bool() {
            return vec![i.is_multiple_of(3).into()];
        }
        (0..self.dtype.size()).map(|byte| (i * 31 + byte * 7 + 1) as u8).collect()
    }

    fn file(&self) -> Vec<u8> {
        let order = if self.big { '>' } else { '<' };
        let (descr, fortran) = (&descr::name(self.dtype)[1..], if self.fortran { "True" } else { "False" });
        let shape: String = self.shape.iter().map(|n| format!("{n}, ")).collect();
        let text = format!("{{'descr': '{order}{descr}', 'fortran_order': {fortran}, 'shape': ({shape})}}\n");
        let mut data = Vec::new();
        let reversed: Shape = self.shape.iter().rev().copied().collect();
        for mut index in indices(if self.fortran { &reversed } else { &self.shape }) {
            if self.fortran {
                index.reverse();
            }
            let mut element = self.element(flat(&self.shape, &index));
            if self.big != cfg!(target_endian = "big") {
                element.chunks_mut(descr::number_width(self.dtype)).for_each(<[u8]>::reverse);
            }
            data.extend(element);
        }
        // Python reads "(, )" as no tuple.
        file_bytes(1, &text.replace("(, )", "()"), &data)
    }

    /// Memory for the box, laid out as the case says, every byte 0xee.
    fn block(&self) -> Block {
        let mut strides = Strides::from_elem(0, self.extent.len());
        let (mut step, mut offset) = (1, 0);
        for &axis in &self.order {
            strides[axis] = step * self.spread[axis];
            let reach = (self.extent[axis].max(1) as isize - 1) * strides[axis];
            offset -= reach.min(0);
            step = strides[axis].abs() * self.extent[axis].max(1) as isize;
        }
        let len = step as usize + offset as usize;
        let buffer = Buffer::uninit(len * self.dtype.size());
        // SAFETY: all of a new buffer.
        unsafe { buffer.as_mut_ptr().write_bytes(0xee, buffer.bytes()) };
        // SAFETY: `offset` undoes the negative steps, and `len` is past the positive ones.
        unsafe {
            Block::from_parts(Arc::new(buffer), offset as usize, self.dtype, self.extent.clone(), strides)
        }
    }
}

fn indices(shape: &[usize]) -> Vec<Shape> {
    let len: usize = shape.iter().product();
    let unflat = |mut i: usize| {
        let mut index: Shape = shape.iter().rev().map(|n| (i % n, i /= n).0).collect();
        index.reverse();
        index
    };
    (0..len).map(unflat).collect()
}

fn flat(shape: &[usize], index: &[usize]) -> usize {
    shape.iter().zip(index).fold(0, |flat, (n, i)| flat * n + i)
}

/// Where an element of a block is, in bytes from its first.
fn byte_at(block: &Block, index: &[usize]) -> isize {
    let at: isize = index.iter().zip(block.strides()).map(|(&i, stride)| i as isize * stride).sum();
    at * block.dtype().size() as isize
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn regions_are_those_of_the_whole(case in cases()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.npy");
        std::fs::write(&path, case.file()).unwrap();
        let file = NpyFile::open(&path).unwrap();
        let mut block = case.block();
        file.read_within(&case.start, &mut block, case.limits).unwrap();
        let size = case.dtype.size();
        let mut untouched = vec![true; block.buffer().bytes()];
        for index in indices(&case.extent) {
            let place: Shape = index.iter().zip(&case.start).map(|(i, start)| i + start).collect();
            let pointer = block.as_ptr().wrapping_offset(byte_at(&block, &index));
            // SAFETY: an element of the block, written by `read_within`.
            let got = unsafe { std::slice::from_raw_parts(pointer, size) };
            prop_assert_eq!(got, case.element(flat(&case.shape, &place)), "at {:?}", index);
            let first = pointer as usize - block.buffer().as_ptr() as usize;
            untouched[first..first + size].fill(false);
        }
        // SAFETY: the buffer was filled when it was made.
        let bytes = unsafe { std::slice::from_raw_parts(block.buffer().as_ptr(), untouched.len()) };
        prop_assert!(bytes.iter().zip(untouched).all(|(&byte, untouched)| !untouched || byte == 0xee));
    }

    #[test]
    fn blocks_are_written_where_they_belong(case in cases()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.npy");
        let block = case.block();
        for index in indices(&case.extent) {
            let element = case.element(flat(&case.extent, &index));
            let pointer = block.as_mut_ptr().wrapping_offset(byte_at(&block, &index));
            // SAFETY: an element of the block, which nobody else holds.
            unsafe { pointer.copy_from_nonoverlapping(element.as_ptr(), element.len()) };
        }
        let limits = Limits { gap: 0, ..case.limits };
        let writer = NpyWriter::create(&path, case.dtype, &case.shape).unwrap();
        // The rest stays zero, so only a box that is all of the array can be finished.
        // SAFETY: every byte of the block was written.
        unsafe { writer.write_within(&case.start, &block, limits) }.unwrap();
        let temporary = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let bytes = std::fs::read(temporary).unwrap();
        let mut expected = vec![0; case.shape.iter().product::<usize>() * case.dtype.size()];
        for index in indices(&case.extent) {
            let place: Shape = index.iter().zip(&case.start).map(|(i, start)| i + start).collect();
            let mut element = case.element(flat(&case.extent, &index));
            if cfg!(target_endian = "big") {
                element.chunks_mut(descr::number_width(case.dtype)).for_each(<[u8]>::reverse);
            }
            let at = flat(&case.shape, &place) * element.len();
            expected[at..at + element.len()].copy_from_slice(&element);
        }
        let header = Header::format(case.dtype, &case.shape);
        prop_assert_eq!(&bytes[..header.len()], &header[..]);
        prop_assert_eq!(&bytes[header.len()..], &expected[..]);
        prop_assert_eq!(writer.finish().is_ok(), case.extent == case.shape || case.shape.contains(&0));
    }
}
