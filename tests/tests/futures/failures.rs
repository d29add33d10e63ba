//! Errors, panics and cancellation.

use std::num::ParseIntError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise::prelude::*;
use chunkwise::{Cause, Error, TaskError};

use crate::support::{Gate, clients, in_time};

#[test]
fn the_first_error_in_order_is_raised_and_others_are_left_alone() {
    in_time(|| {
        for client in clients() {
            let parse = try_delayed(|text: &str| text.parse::<i64>()).named("parse");
            let line = line!() + 1;
            let handles = client.map(&parse, ["1", "x", "3", "", "5"]);
            let error = client.gather(&handles).unwrap_err();
            assert_eq!(error.find::<ParseIntError>(), "x".parse::<i64>().as_ref().err());
            let task = error.find::<TaskError>().unwrap();
            assert_eq!((&task.op[..], task.origin.line), ("parse", line), "{error}");
            assert!(error.to_string().starts_with("parse, built at "), "{error}");
            let good: Vec<i64> = handles.iter().filter_map(|h| h.wait().ok()).map(|v| *v).collect();
            assert_eq!(good, [1, 3, 5]);
            assert!(format!("{:?}", handles[1]).contains("failed"));
            // Whoever asks gets the same error.
            let other = handles[3].wait().unwrap_err();
            assert_eq!(other.find::<ParseIntError>(), "".parse::<i64>().as_ref().err());
            assert!(handles[3].wait().is_err());
        }
    });
}

#[test]
fn panics_name_the_function() {
    in_time(|| {
        for client in clients() {
            let picky = delayed(|v: &i64| if *v == 2 { panic!("not two") } else { *v }).named("picky");
            let handles = client.map(&picky, 0..4);
            let error = client.gather(&handles).unwrap_err();
            let task = error.find::<TaskError>().unwrap();
            assert_eq!(task.op, "picky");
            assert!(matches!(&task.cause, Cause::Panic(message) if message == "not two"), "{error}");
            assert_eq!(*client.submit(|| 1).wait().unwrap(), 1, "the threads are still there");
            let closure = client.submit(|| -> i64 { panic!("in a closure") });
            assert!(closure.wait().unwrap_err().to_string().contains("in a closure"));
        }
    });
}

#[test]
fn errors_pass_to_all_that_depend_on_them_as_they_are() {
    in_time(|| {
        for client in clients() {
            let gate = Gate::default();
            let waits = gate.clone();
            let fail = try_delayed(move || if waits.pass() { Err::<i64, _>("no data") } else { Ok(1) });
            let first = client.submit(fail.call());
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = calls.clone();
            let inc = delayed(move |v: &i64| {
                counted.fetch_add(1, Ordering::Relaxed);
                v + 1
            });
            let mut chain = vec![first];
            for i in 0..100_000 {
                let next = client.submit(inc.call(&chain[i]));
                chain.push(next);
            }
            gate.open();
            let last = chain.last().unwrap().wait().unwrap_err();
            let direct = chain[0].wait().unwrap_err();
            match (&last, &direct) {
                (Error::Submitted(a), Error::Submitted(b)) => assert!(Arc::ptr_eq(a, b)),
                other => panic!("{other:?}"),
            }
            assert_eq!(calls.load(Ordering::Relaxed), 0);
            // Submitted after the failure, and computed without a client.
            assert!(client.submit(inc.call(&chain[0])).wait().is_err());
            let error = (chain[0].to_delayed() + 1).compute().unwrap_err();
            assert!(error.to_string().contains("no data"), "{error}");
        }
    });
}

#[test]
fn cancelled_tasks() {
    in_time(|| {
        for client in clients() {
            let (gate, begun) = (Gate::default(), Gate::default());
            let (waits, tells) = (gate.clone(), begun.clone());
            let running = client.submit(move || {
                tells.open();
                waits.pass()
            });
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = calls.clone();
            let count = delayed(move |_: &bool| counted.fetch_add(1, Ordering::Relaxed));
            let waiting = client.submit(count.call(&running));
            let after = client.submit(waiting.to_delayed() + 1);
            let other = client.submit(delayed(|b: &bool| *b).call(&running));
            assert!(begun.pass());
            waiting.cancel();
            let cancelled = |error: Error| error.to_string().contains("cancelled");
            assert!(waiting.is_done() && cancelled(waiting.wait().unwrap_err()));
            assert!(cancelled(after.wait().unwrap_err()), "what depends on it");
            gate.open();
            assert!(*running.wait().unwrap() && *other.wait().unwrap(), "nobody else notices");
            assert_eq!(calls.load(Ordering::Relaxed), 0);
            running.cancel();
            assert!(running.wait().is_ok(), "what is done stays done");
        }
    });
}

#[test]
fn a_token_of_the_configuration_cancels_all_of_a_client() {
    in_time(|| {
        let token = CancelToken::new();
        let client = Client::with_config(Config::default().threads(1).cancel(&token));
        let gate = Gate::default();
        let (waits, begun) = (gate.clone(), Gate::default());
        let tells = begun.clone();
        let first = delayed(move || {
            tells.open();
            waits.pass()
        });
        let running = client.submit(first.call().map(|b| *b));
        let queued = client.submit(|| 1);
        assert!(begun.pass());
        token.cancel();
        gate.open();
        assert!(running.wait().is_err() && queued.wait().is_err());
        assert!(client.submit(|| 1).wait().is_err());
        assert_eq!(*Client::new().submit(|| 1).wait().unwrap(), 1);
    });
}
