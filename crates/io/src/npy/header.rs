//! The header of an `.npy` file.

use std::io::{ErrorKind, Read};

use chunkwise_core::{DType, Shape, byte_len};

use super::literal::{self, Literal, shorten};
use super::{NpyErrorKind, descr};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Data begins at a multiple of this, so that files can be mapped.
const ALIGN: usize = 64;

/// Longer headers are refused. NumPy writes such only for records of many thousand fields.
const LONGEST: u64 = 1 << 20;

/// NumPy leaves room for the first axis to grow to this many digits in place; so do we.
const GROWTH_DIGITS: usize = 21;

/// What a header says, checked against the length of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) dtype: DType,
    /// Whether bytes are in the other order than this machine's.
    pub(crate) swapped: bool,
    /// First axis fastest.
    pub(crate) fortran: bool,
    pub(crate) shape: Shape,
    /// Where the elements begin.
    pub(crate) data: u64,
}

impl Header {
    /// Reads the header of a file of `len` bytes.
    ///
    /// # Errors
    /// Every kind that concerns opening, and [`NpyErrorKind::Read`].
    pub(crate) fn read(file: &mut impl Read, len: u64) -> Result<Self, NpyErrorKind> {
        let mut take = Take { file, len, at: 0 };
        let mut prefix = [0; 8];
        if len < MAGIC.len() as u64 {
            return Err(NpyErrorKind::Magic);
        }
        take.exact(&mut prefix[..MAGIC.len()])?;
        if prefix[..MAGIC.len()] != *MAGIC {
            return Err(NpyErrorKind::Magic);
        }
        take.exact(&mut prefix[MAGIC.len()..])?;
        let [.., major, minor] = prefix;
        let size = match (major, minor) {
            (1, 0) => {
                let mut bytes = [0; 2];
                take.exact(&mut bytes)?;
                u64::from(u16::from_le_bytes(bytes))
            }
            (2 | 3, 0) => {
                let mut bytes = [0; 4];
                take.exact(&mut bytes)?;
                u64::from(u32::from_le_bytes(bytes))
            }
            _ => return Err(NpyErrorKind::Version { major, minor }),
        };
        take.check(size)?;
        if size > LONGEST {
            return Err(NpyErrorKind::header(format!("it takes {size} bytes, more than {LONGEST}")));
        }
        let mut bytes = vec![0; size as usize];
        take.exact(&mut bytes)?;
        let text = if major == 3 {
            String::from_utf8(bytes).map_err(|error| NpyErrorKind::header(error.to_string()))?
        } else {
            // Latin-1, whose characters are the first 256 of Unicode.
            bytes.into_iter().map(char::from).collect()
        };
        let header = Self::parse(&text, take.at)?;
        let expected = byte_len(&header.shape, header.dtype)? as u64;
        let actual = len - take.at;
        if actual != expected {
            let Header { shape, dtype, .. } = header;
            return Err(NpyErrorKind::Length { shape, dtype, expected, actual });
        }
        Ok(header)
    }

    /// The meaning of the dictionary.
    fn parse(text: &str, data: u64) -> Result<Self, NpyErrorKind> {
        let Literal::Dict(entries) = literal::parse(text)? else {
            return Err(NpyErrorKind::header(format!("{:?} is not a dictionary", shorten(text))));
        };
        let mut descr = None;
        let mut fortran = None;
        let mut shape = None;
        for (key, value, text) in entries {
            let Literal::Str(key) = key else {
                return Err(NpyErrorKind::header("it has a key that is not a string"));
            };
            let slot = match key {
                "descr" => &mut descr,
                "fortran_order" => &mut fortran,
                "shape" => &mut shape,
                _ => return Err(NpyErrorKind::header(format!("it has the unknown key {key:?}"))),
            };
            if slot.replace((value, text)).is_some() {
                return Err(NpyErrorKind::header(format!("it has the key {key:?} twice")));
            }
        }
        let missing = |key: &str| NpyErrorKind::header(format!("it has no key '{key}'"));
        let (descr, descr_text) = descr.ok_or_else(|| missing("descr"))?;
        let (fortran, fortran_text) = fortran.ok_or_else(|| missing("fortran_order"))?;
        let (shape, shape_text) = shape.ok_or_else(|| missing("shape"))?;
        let (dtype, swapped) = match descr {
            Literal::Str(name) => descr::parse(name)?,
            Literal::List(_) | Literal::Tuple(_) => {
                return Err(NpyErrorKind::DType { descr: shorten(descr_text) });
            }
            _ => return Err(NpyErrorKind::header(format!("{descr_text} is not a dtype"))),
        };
        let Literal::Bool(fortran) = fortran else {
            return Err(NpyErrorKind::header(format!("fortran_order is {}", shorten(fortran_text))));
        };
        let shape = lengths(&shape, shape_text)?;
        byte_len(&shape, dtype).map_err(|_| NpyErrorKind::TooLarge { shape: shorten(shape_text) })?;
        Ok(Header { dtype, swapped, fortran, shape, data })
    }

    /// The header of a new file in little-endian C order: version 1.0 unless it is too long for that.
    ///
    /// Byte for byte what NumPy writes for the same array.
    pub(crate) fn format(dtype: DType, shape: &[usize]) -> Vec<u8> {
        let mut text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': (", descr::name(dtype));
        for (axis, n) in shape.iter().enumerate() {
            let separator = if axis == 0 { "" } else { ", " };
            text.push_str(&format!("{separator}{n}"));
        }
        text.push_str(if shape.len() == 1 { ",), }" } else { "), }" });
        if let Some(first) = shape.first() {
            let digits = first.to_string().len();
            text.extend(std::iter::repeat_n(' ', GROWTH_DIGITS - digits));
        }
        let version = |major: u8, size_bytes: usize| {
            let prefix = MAGIC.len() + 2 + size_bytes;
            let unpadded = prefix + text.len() + 1;
            // A whole line of padding where none is needed, as NumPy has it.
            let size = unpadded + (ALIGN - unpadded % ALIGN) - prefix;
            let mut bytes = [MAGIC, &[major, 0], &size.to_le_bytes()[..size_bytes], text.as_bytes()].concat();
            bytes.resize(prefix + size - 1, b' ');
            bytes.push(b'\n');
            (size, bytes)
        };
        match version(1, 2) {
            (size, bytes) if size <= usize::from(u16::MAX) => bytes,
            _ => version(2, 4).1,
        }
    }
}

fn lengths(shape: &Literal<'_>, text: &str) -> Result<Shape, NpyErrorKind> {
    let Literal::Tuple(items) = shape else {
        return Err(NpyErrorKind::header(format!("shape is {}", shorten(text))));
    };
    items
        .iter()
        .map(|item| match item {
            // Only digits are left to go wrong, by being too many.
            Literal::Int(digits) if !digits.starts_with('-') => {
                digits.parse().map_err(|_| NpyErrorKind::TooLarge { shape: shorten(text) })
            }
            _ => Err(NpyErrorKind::header(format!("shape is {}", shorten(text)))),
        })
        .collect()
}

/// Reads on, and reports where the file ends too early.
struct Take<'a, R> {
    file: &'a mut R,
    len: u64,
    at: u64,
}

impl<R: Read> Take<'_, R> {
    fn check(&self, more: u64) -> Result<(), NpyErrorKind> {
        let expected = self.at + more;
        if expected > self.len {
            return Err(NpyErrorKind::TruncatedHeader { expected, actual: self.len });
        }
        Ok(())
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), NpyErrorKind> {
        self.check(bytes.len() as u64)?;
        self.file.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                NpyErrorKind::TruncatedHeader { expected: self.at + bytes.len() as u64, actual: self.at }
            }
            _ => NpyErrorKind::Read(error),
        })?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}
