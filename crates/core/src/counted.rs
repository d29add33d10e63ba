//! Numbers of things in messages.

use std::fmt;

/// So many things, with the noun in the singular or the plural.
///
/// ```
/// use chunkwise_core::counted;
///
/// assert_eq!(counted(1, "axis", "axes").to_string(), "1 axis");
/// assert_eq!(counted(0, "axis", "axes").to_string(), "0 axes");
/// ```
pub fn counted<'a>(n: impl TryInto<u64>, one: &'a str, many: &'a str) -> impl fmt::Display + 'a {
    Counted(n.try_into().unwrap_or(u64::MAX), one, many)
}

struct Counted<'a>(u64, &'a str, &'a str);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted(n, one, many) = *self;
        write!(f, "{n} {}", if n == 1 { one } else { many })
    }
}
