//! Watching what the engine does with functions: how often it calls them, which run at once, and whether a test ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// Counts the calls of a function that is handed to the engine.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// Counts one.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were since the last question.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Where threads wait for one another.
#[derive(Clone, Debug, Default)]
pub struct Meeting(Arc<(Mutex<usize>, Condvar)>);

impl Meeting {
    /// Waits until `count` threads are here, or for so long that they will not come. Whether they came.
    ///
    /// # Panics
    /// If another thread panicked here.
    pub fn join(&self, count: usize) -> bool {
        let (here, bell) = &*self.0;
        let mut here = here.lock().expect("nobody panics while counting");
        *here += 1;
        bell.notify_all();
        let late = Duration::from_secs(20);
        let waited = bell.wait_timeout_while(here, late, |here| *here < count);
        *waited.expect("nobody panics while counting").0 >= count
    }
}

/// Runs a test on a thread of its own: a deadlock should not stop the suite.
///
/// # Panics
/// If the test is not done in time, or panics itself.
pub fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = mpsc::channel();
    let thread = thread::spawn(move || {
        let value = test();
        // Nobody listens any more if the test took too long.
        let _ = done.send(());
        value
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = finished.recv_timeout(Duration::from_secs(60)) {
        panic!("still running after a minute");
    }
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
