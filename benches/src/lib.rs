//! What the benchmarks share: the data they work on, how they are asked, and what the process holds.

mod options;
mod pages;
#[cfg(feature = "zarr")]
mod stored;

use ndarray::Array2;

pub use options::Options;
pub use pages::use_huge_pages;
#[cfg(feature = "zarr")]
pub use stored::{Stored, stored};

/// Values in [0, 1) without structure, the same for the same seed.
pub fn uniform(rows: usize, cols: usize, seed: u64) -> Array2<f64> {
    let mut state = seed;
    Array2::from_shape_simple_fn((rows, cols), || {
        // SplitMix64 (Steele, Lea and Flood, 2014): a counter through a mixing function.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / 2f64.powi(64)
    })
}

/// The most memory that this process has had resident, in bytes; 0 where the system does not say.
pub fn peak_rss_bytes() -> u64 {
    #[cfg(unix)]
    {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: the pointer is valid for a rusage, which the call fills in.
        if unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } == 0 {
            // SAFETY: zeroed is a valid rusage, and the call succeeded.
            let kilobytes = unsafe { usage.assume_init() }.ru_maxrss as u64;
            // macOS counts bytes, everyone else kilobytes.
            return if cfg!(target_os = "macos") { kilobytes } else { kilobytes * 1024 };
        }
    }
    0
}
