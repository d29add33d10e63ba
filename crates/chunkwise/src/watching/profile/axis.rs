//! Numbers along the axes of a picture: round ones, and as they are written.

use crate::bytes::Amount;

/// Round numbers of bytes from zero to this one.
pub(super) fn ticks_of(top: u64) -> Vec<u64> {
    let mut step: u64 = 1;
    // Steps of 1, 2, 5, 10 ... 500 of each unit.
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    let mut unit: u64 = 1;
    let mut of_unit = 1.0;
    while step.saturating_mul(4) < top {
        of_unit *= factors.next().unwrap_or(2.0);
        if of_unit > 500.5 && unit < 1 << 60 {
            (unit, of_unit) = (unit * 1024, 1.0);
            factors = [2.0, 2.5, 2.0].into_iter().cycle();
        }
        step = (unit as f64 * of_unit) as u64;
    }
    if top == 0 { vec![0] } else { (0..=top / step).map(|n| n * step).collect() }
}

/// An amount, without decimals that are zero.
pub(super) fn amount(bytes: u64) -> String {
    Amount(bytes).to_string().replace(".00 ", " ")
}

/// Round times of the axis with their labels, in one unit.
pub(super) fn times(end: u64) -> Vec<(u64, String)> {
    let mut step: u64 = 1;
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    while step.saturating_mul(10) < end {
        step = (step as f64 * factors.next().unwrap_or(2.0)).round() as u64;
    }
    let last = end / step * step;
    let (unit, scale) = match last {
        0..1_000 => ("ns", 1.0),
        1_000..1_000_000 => ("µs", 1e3),
        1_000_000..1_000_000_000 => ("ms", 1e6),
        1_000_000_000..600_000_000_000 => ("s", 1e9),
        _ => ("min", 60e9),
    };
    let label = |at: u64| {
        let value = at as f64 / scale;
        let decimals =
            if unit == "min" { 1 } else { (-(step as f64 / scale).log10().floor()).max(0.0) as usize };
        if at == 0 { "0".to_owned() } else { format!("{value:.decimals$} {unit}") }
    };
    (0..=end / step).map(|n| (n * step, label(n * step))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_along_axes_are_round_and_few() {
        assert_eq!(ticks_of(0), [0]);
        assert_eq!(ticks_of(3), [0, 1, 2, 3]);
        for (top, last) in [(1000, "1000 B"), (5 << 20, "4 MiB"), (300 << 20, "300 MiB"), (7 << 30, "6 GiB")]
        {
            let ticks = ticks_of(top);
            assert!(ticks.len() <= 6 && ticks.len() >= 3, "{ticks:?}");
            assert_eq!(amount(ticks[ticks.len() - 1]), last);
        }
        for top in [1, 1023, 1024, 1 << 40, u64::MAX] {
            assert!(ticks_of(top).iter().all(|&tick| tick <= top));
        }
    }

    #[test]
    fn times_share_a_unit() {
        let labels = |end| times(end).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(0), ["0"]);
        assert_eq!(labels(450_000_000)[1..3], ["50 ms", "100 ms"]);
        assert_eq!(labels(1_400_000_000)[1..3], ["0.2 s", "0.4 s"]);
        assert_eq!(labels(40)[..2], ["0", "5 ns"]);
        for end in [1, 999, 12_345, 59_999_999_999, 86_400_000_000_000] {
            let times = times(end);
            assert!(times.len() <= 12 && times.iter().all(|(at, _)| *at <= end), "{times:?}");
            let mut labels: Vec<&String> = times.iter().map(|(_, label)| label).collect();
            labels.dedup();
            assert_eq!(labels.len(), times.len(), "{labels:?}");
        }
    }
}
