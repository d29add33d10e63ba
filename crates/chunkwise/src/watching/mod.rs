//! Watching computations: their progress while they run, and a profile of what they took.

mod profile;
#[cfg(feature = "progress")]
mod progress;
mod stages;

pub use profile::{OpReport, Profile, ProfileReport, ThreadReport};
#[cfg(feature = "progress")]
pub use progress::Progress;

pub(crate) use stages::Stages;

use std::fmt;

/// Writes a time in seconds with three significant digits and a unit.
struct Seconds(f64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seconds(seconds) = *self;
        if seconds >= 99.95 {
            let whole = seconds.round() as u64;
            let (hours, minutes) = (whole / 3600, whole / 60 % 60);
            return match hours {
                0 => write!(f, "{minutes} min {} s", whole % 60),
                _ => write!(f, "{hours} h {minutes} min"),
            };
        }
        for (unit, scale) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] {
            let scaled = seconds * scale;
            match scaled {
                _ if scaled >= 99.95 => return write!(f, "{scaled:.0} {unit}"),
                _ if scaled >= 9.995 => return write!(f, "{scaled:.1} {unit}"),
                _ if scaled >= 0.9995 => return write!(f, "{scaled:.2} {unit}"),
                _ => {}
            }
        }
        write!(f, "{:.0} ns", seconds * 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::Seconds;

    #[test]
    fn times_have_three_digits_and_a_unit() {
        for (seconds, text) in [
            (0.0, "0 ns"),
            (4e-9, "4 ns"),
            (9.996e-7, "1.00 µs"),
            (0.000_012_34, "12.3 µs"),
            (0.0999, "99.9 ms"),
            (0.5, "500 ms"),
            (0.999_96, "1.00 s"),
            (12.345, "12.3 s"),
            (99.94, "99.9 s"),
            (99.96, "1 min 40 s"),
            (3599.9, "1 h 0 min"),
            (7325.0, "2 h 2 min"),
        ] {
            assert_eq!(Seconds(seconds).to_string(), text);
        }
    }
}
