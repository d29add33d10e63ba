//! What the modules share: gates that hold a function back, a clock that fails hanging tests, and clients.

use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use chunkwise::prelude::*;

/// Clients with one, two and three threads of their own.
pub(crate) fn clients() -> impl Iterator<Item = Client> {
    (1..=3).map(|threads| Client::with_config(Config::default().threads(threads)))
}

/// Keeps functions waiting until it is opened.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open, but not for ever. Whether it is.
    pub(crate) fn pass(&self) -> bool {
        let (open, bell) = &*self.0;
        let open = open.lock().unwrap();
        *bell.wait_timeout_while(open, Duration::from_secs(20), |open| !*open).unwrap().0
    }
}

/// Runs a test on a thread of its own and fails if it is not done in time.
pub(crate) fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = mpsc::channel();
    let thread = thread::spawn(move || {
        let value = test();
        let _ = done.send(());
        value
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = finished.recv_timeout(Duration::from_secs(60)) {
        panic!("still running after a minute");
    }
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
