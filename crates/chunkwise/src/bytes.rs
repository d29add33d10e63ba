//! Amounts of memory in words: `bytes("16 MiB")`.

use std::fmt;

use chunkwise_core::Error;

/// An amount of memory, as a chunk spec or a limit.
///
/// Made by [`bytes`]; text that is no amount is reported where the amount is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes(Result<Size, Error>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    Count(u64),
    /// This part of the machine's memory.
    Share(f64),
    Unlimited,
}

impl Bytes {
    /// The number of bytes of a chunk.
    pub(crate) fn count(&self) -> Result<u64, Error> {
        match self.0.clone()? {
            Size::Count(count) => Ok(count),
            Size::Share(share) => Err(Error::ByteSize { text: format!("{} %", share * 100.0) }),
            Size::Unlimited => Err(Error::ByteSize { text: "unlimited".to_owned() }),
        }
    }

    /// The number of bytes as a limit, if it is one.
    pub(crate) fn limit(&self) -> Result<Option<u64>, Error> {
        match self.0.clone()? {
            Size::Count(count) => Ok(Some(count)),
            Size::Unlimited => Ok(None),
            Size::Share(share) => match machine_memory() {
                Some(memory) => Ok(Some((memory as f64 * share) as u64)),
                None => Err(Error::Invalid {
                    what: "memory_limit",
                    why: "this system does not tell how much memory there is; say how many bytes".to_owned(),
                }),
            },
        }
    }
}

/// Bytes of memory that this process may have: the machine's, or what its control group leaves it.
fn machine_memory() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = machine.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let total = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10;
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|text| text.trim().parse().ok());
    Some(group.map_or(total, |group: u64| group.min(total)))
}

impl From<u64> for Bytes {
    fn from(count: u64) -> Self {
        Bytes(Ok(Size::Count(count)))
    }
}

/// An amount of memory in words: a number and one of the units B, kB, MB, GB, TB, KiB, MiB, GiB, TiB.
///
/// As a chunk spec it asks for blocks of about this size. As a [memory limit](crate::Config::memory_limit) it may also be
/// a part of the machine's memory, `bytes("50 %")`, or `bytes("unlimited")`.
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
    Bytes(parse_size(text).ok_or_else(|| Error::ByteSize { text: text.to_owned() }))
}

fn parse_size(text: &str) -> Option<Size> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("unlimited") {
        return Some(Size::Unlimited);
    }
    match text.strip_suffix('%') {
        Some(share) => {
            let share = share.trim().parse::<f64>().ok()? / 100.0;
            (share > 0.0 && share <= 1.0).then_some(Size::Share(share))
        }
        None => parse(text).map(Size::Count),
    }
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
    fn limits() {
        assert_eq!(bytes("3 kB").limit(), Ok(Some(3000)));
        assert_eq!(bytes(" Unlimited ").limit(), Ok(None));
        if let Some(memory) = machine_memory() {
            let half = bytes("50 %").limit().expect("a part").expect("a limit");
            assert!(half.abs_diff(memory / 2) <= 1);
        }
        for text in ["0 %", "101%", "-1 %", "%", "nan %"] {
            assert!(bytes(text).limit().is_err(), "{text}");
        }
        for text in ["50 %", "unlimited"] {
            assert!(bytes(text).count().is_err(), "{text} is no size of a chunk");
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
