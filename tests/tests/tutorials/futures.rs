//! Futures: work that starts at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, mpsc};

use chunkwise::Result;
use chunkwise::prelude::*;

use crate::support::Calls;

fn client() -> Client {
    Client::with_config(Config::default().threads(2))
}

#[test]
fn exercise_20_futures() -> Result<()> {
    let client = client();

    // Started at once: the function says so before anybody asks for its result.
    let (started, hear) = mpsc::channel();
    let first = client.submit(move || started.send(()).is_ok());
    hear.recv().unwrap();
    assert!(*first.wait()?);

    let calls = Calls::default();
    let counted = calls.clone();
    let square = delayed(move |v: &i64| {
        counted.count();
        v * v
    });
    let squares = client.map(&square.named("square"), 0..8);
    assert!(squares.iter().all(|handle| handle.name() == "square"));
    let values: Vec<i64> = client.gather(&squares)?.iter().map(|v| **v).collect();
    assert_eq!(values, [0, 1, 4, 9, 16, 25, 36, 49], "in the order of the inputs");
    assert_eq!(calls.take(), 8);

    // Results feed further work without passing through the caller, and are not computed again.
    let total = client.submit(delayed(|a: &i64, b: &i64| a + b).call(&squares[3], &squares[4]));
    assert_eq!((*total.wait()?, calls.take()), (25, 0));

    // Once on every worker
    let threads = Arc::new(Mutex::new(Vec::new()));
    let seen = threads.clone();
    let numbers = client.run(move |number| {
        seen.lock().unwrap().push(std::thread::current().id());
        number
    })?;
    let threads = threads.lock().unwrap();
    assert_eq!(numbers, [0, 1]);
    assert_eq!((threads.len(), threads.iter().collect::<HashSet<_>>().len()), (2, 2));

    // Computing without waiting
    let x = ChunkedArray::arange(0..1000_i64)?;
    let handle = client.compute((x.min().value(), x.sum().value()));
    assert_eq!(*handle.wait()?, (0, 499_500));
    Ok(())
}

#[test]
fn exercise_20_failed_tasks_leave_the_others_alone() -> Result<()> {
    let client = client();
    let parse = try_delayed(|text: &str| text.parse::<i64>()).named("parse");
    let handles = client.map(&parse, ["1", "x", "3"]);
    let error = client.gather(&handles).unwrap_err();
    assert_eq!(error.find(), "x".parse::<i64>().as_ref().err(), "the error itself: {error}");
    assert!(error.to_string().contains("parse"), "{error}");
    assert_eq!((*handles[0].wait()?, *handles[2].wait()?), (1, 3));
    // What reads the failed one fails with its error.
    let next = client.submit(delayed(|v: &i64| v + 1).call(&handles[1]));
    assert_eq!(next.wait().unwrap_err().find(), "x".parse::<i64>().as_ref().err());
    assert_eq!(*client.submit(delayed(|v: &i64| v + 1).call(&handles[2])).wait()?, 4);
    Ok(())
}
