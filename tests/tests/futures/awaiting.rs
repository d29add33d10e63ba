//! Handles as futures of the standard library, with a runtime of a dozen lines.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use chunkwise::prelude::*;

use crate::support::{Gate, clients, in_time};

/// Wakes a thread, and counts.
struct Unpark(Thread, AtomicUsize);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.unpark();
    }
}

/// Runs a future on this thread. Also gives how often it was woken.
fn block_on<F: Future>(future: F) -> (F::Output, usize) {
    let wake = Arc::new(Unpark(thread::current(), AtomicUsize::new(0)));
    let waker = Waker::from(wake.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return (output, wake.1.load(Ordering::SeqCst));
        }
        thread::park();
    }
}

#[test]
fn handles_can_be_awaited() {
    in_time(|| {
        for client in clients() {
            let gate = Gate::default();
            let waits = gate.clone();
            let slow = client.submit(move || waits.pass());
            let inc = delayed(|v: &bool| i64::from(*v) + 1);
            let opener = thread::spawn(move || gate.open());
            let inner = client.clone();
            let work = async move {
                let next = inner.submit(inc.call(&slow)).await?;
                let failed = inner.submit(try_delayed(|| Err::<i64, _>("no")).call()).await;
                Ok::<_, chunkwise::Error>((*slow.await?, *next, failed.is_err()))
            };
            assert_eq!(block_on(work).0.unwrap(), (true, 2, true));
            opener.join().unwrap();
            let done = client.submit(|| 3);
            done.wait().unwrap();
            assert_eq!((*block_on(done.clone()).0.unwrap(), block_on(done).1), (3, 0), "there at once");
        }
    });
}

#[test]
fn one_waker_is_woken_once() {
    in_time(|| {
        let gate = Gate::default();
        let waits = gate.clone();
        let mut handle = Client::with_config(Config::default().threads(1)).submit(move || waits.pass());
        let wake = Arc::new(Unpark(thread::current(), AtomicUsize::new(0)));
        let waker = Waker::from(wake.clone());
        for _ in 0..5 {
            assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
        }
        gate.open();
        handle.wait().unwrap();
        // The waker is called right after waiting threads are.
        while wake.1.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_ready());
        assert_eq!(wake.1.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_waiting() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    in_time(|| {
        let client = Client::with_config(Config::default().threads(1));
        let gate = Gate::default();
        let waits = gate.clone();
        let mut handle = client.submit(move || waits.pass());
        let next = client.submit(delayed(|v: &bool| !v).call(&handle));
        let waker = Waker::from(Arc::new(Panics));
        assert!(pin!(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
        gate.open();
        assert!(!*next.wait().unwrap());
        assert_eq!(*client.submit(|| 1).wait().unwrap(), 1);
    });
}
