//! What the modules share: gates that hold a function back, a clock that fails hanging tests, and clients.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use chunkwise::prelude::*;
pub(crate) use chunkwise_tests::in_time;

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
