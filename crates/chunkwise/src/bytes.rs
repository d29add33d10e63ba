//! Amounts of memory in words: `bytes("16 MiB")`.

use std::fmt;

use chunkwise_core::Error;

/// An amount of memory, as a chunk spec or a limit.
///
/// Made by [`bytes`]; text that is no amount is reported where the amount is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes(Result<u64, Error>);

impl Bytes {
    /// The number of bytes.
    pub(crate) fn count(&self) -> Result<u64, Error> {
        self.0.clone()
    }
}

impl From<u64> for Bytes {
    fn from(count: u64) -> Self {
        Bytes(Ok(count))
    }
}

/// An amount of memory in words: a number and one of the units B, kB, MB, GB, TB, KiB, MiB, GiB, TiB.
///
/// As a chunk spec it asks for blocks of about this size.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let x = ChunkedArray::<f64, _>::zeros((1000, 1000).chunked(bytes("80 kB")))?;
/// assert_eq!(x.chunk_shape(), [100, 100]);
///
/// let error = ChunkedArray::<f64, _>::zeros((1000, 1000).chunked(bytes("plenty"))).unwrap_err();
/// assert!(error.to_string().contains("plenty"));
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn bytes(text: &str) -> Bytes {
    Bytes(parse(text).ok_or_else(|| Error::ByteSize { text: text.to_owned() }))
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let count = number.parse::<f64>().ok()? * unit;
    (count <= isize::MAX as f64).then_some(count as u64)
}

/// Writes an amount of memory with three or four significant digits and a binary unit.
pub(crate) struct Amount(pub(crate) u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut amount = self.0 as f64 / 1024.0;
        let mut unit = 0;
        // What rounds to 1024.00 belongs to the next unit.
        while amount >= 1023.995 && unit + 1 < UNITS.len() {
            amount /= 1024.0;
            unit += 1;
        }
        write!(f, "{amount:.2} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, count) in [
            ("0", 0),
            ("17", 17),
            ("17 B", 17),
            ("1.5KiB", 1536),
            (" 16 MiB ", 16 << 20),
            ("2 gib", 2 << 30),
            ("3 MB", 3_000_000),
            (".5 kB", 500),
        ] {
            assert_eq!(parse(text), Some(count), "{text}");
        }
        for text in ["", "MiB", "-1", "1e3", "1..2", "3 miles", "nan", "inf", "99999999 TiB"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn display() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (1_048_575, "1.00 MiB"),
            (200_000_000, "190.73 MiB"),
            (u64::MAX, "16.00 EiB"),
        ] {
            assert_eq!(Amount(count).to_string(), text);
        }
    }
}
