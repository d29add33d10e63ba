//! Whose closure panicked: the one thing that an unwinding kernel leaves behind.

use std::cell::Cell;
use std::panic::Location;

/// The method that a closure was given to, and where.
pub(crate) type Origin = (&'static str, &'static Location<'static>);

thread_local! {
    static UNWOUND: Cell<Option<Origin>> = const { Cell::new(None) };
}

/// The user's closure whose panic has last left a [`Kernel::run`](super::Kernel::run) of this thread: the
/// method that it was given to and where. To be asked once after `catch_unwind`; asking clears it.
///
/// When closures nest (one that runs a kernel with closures of its own), a panic that passes through all of
/// them is attributed to the outermost.
///
/// ```
/// assert_eq!(chunkwise_kernels::active_closure(), None);
/// ```
pub fn active_closure() -> Option<Origin> {
    UNWOUND.take()
}

/// Runs a closure's loop; should it panic, [`active_closure`] tells whose it was. Costs nothing otherwise.
#[inline]
pub(super) fn blaming(origin: Origin, run: impl FnOnce()) {
    struct Unwinding(Origin);
    impl Drop for Unwinding {
        fn drop(&mut self) {
            UNWOUND.set(Some(self.0));
        }
    }
    let guard = Unwinding(origin);
    run();
    std::mem::forget(guard);
}
