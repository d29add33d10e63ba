//! Whose closure panicked, and at which element: what an unwinding kernel leaves behind.
//!
//! All of it is found out while a panic unwinds: the loops keep their index in a guard that is forgotten at the end,
//! and so costs nothing, since no function without panics can see it.

use std::cell::Cell;
use std::panic::Location;

use chunkwise_core::Shape;

/// The method that a closure was given to, and where.
pub(crate) type Origin = (&'static str, &'static Location<'static>);

/// A user's closure that has panicked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveClosure {
    /// The method that it was given to.
    pub name: &'static str,
    /// Where.
    pub location: &'static Location<'static>,
    /// The position in the box of the element that it was called for, if the loop has told.
    pub position: Option<Shape>,
}

/// Which element of the tile an unwinding loop was at.
type Element = Option<usize>;

thread_local! {
    static ELEMENT: Cell<Element> = const { Cell::new(None) };
    static UNWOUND: Cell<Option<(Element, ActiveClosure)>> = const { Cell::new(None) };
}

/// The user's closure whose panic has last left a [`Kernel::run`](super::Kernel::run) of this thread. To be asked
/// once after `catch_unwind`; asking clears it.
///
/// When closures nest (one that runs a kernel with closures of its own), a panic that passes through all of
/// them is attributed to the outermost.
///
/// ```
/// assert_eq!(chunkwise_kernels::active_closure(), None);
/// ```
pub fn active_closure() -> Option<ActiveClosure> {
    UNWOUND.take().map(|(_, closure)| closure)
}

/// The index of the loop that calls a closure. A loop sets it before each call and forgets it at the end.
pub(crate) struct At(pub(crate) usize);

impl Drop for At {
    #[inline(always)]
    fn drop(&mut self) {
        #[cold]
        #[inline(never)]
        fn leave(element: usize) {
            ELEMENT.set(Some(element));
        }
        leave(self.0);
    }
}

/// Runs a closure's loop; should it panic, [`active_closure`] tells whose it was. Costs nothing otherwise.
#[inline]
pub(super) fn blaming(origin: Origin, run: impl FnOnce()) {
    struct Unwinding(Origin);
    impl Drop for Unwinding {
        fn drop(&mut self) {
            let (name, location) = self.0;
            UNWOUND.set(Some((ELEMENT.take(), ActiveClosure { name, location, position: None })));
        }
    }
    let guard = Unwinding(origin);
    run();
    std::mem::forget(guard);
}

/// Adds the position in the box to what an unwinding closure of this run has left, given the element of the tile.
#[cold]
pub(super) fn locate(position: impl FnOnce(usize) -> Shape) {
    let Some((element, mut closure)) = UNWOUND.take() else { return };
    closure.position = element.map(position);
    UNWOUND.set(Some((element, closure)));
}
