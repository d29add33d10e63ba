//! Starts tasks on the threads of one configuration.

use std::borrow::Borrow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use chunkwise_exec::{CancelToken, ExecError};
use chunkwise_plan::{RootResult, Value};

use super::cell::Cell;
use super::start::start;
use super::{AsCompleted, Submit, TaskHandle};
use crate::compute::roots_of;
use crate::delayed::{Data, DelayedFn, IntoArg};
use crate::error::invalid;
use crate::{Compute, Config, Error, Result, Values};

/// Starts work at once, in the background, and gives handles on its results.
///
/// A client is a [`Config`] under which tasks run: [`Client::new`] uses the rayon pool that the caller is in, or the
/// global one; [`with_config`](Self::with_config) one with threads, a memory limit, a cancel token or an observer of
/// its own. Clones share it. Dropping a client stops nothing.
///
/// No thread of the pool waits for another task: a task that reads the results of others begins when the last of them
/// is done. Where a thread of the pool waits for a handle in the program's own code, it does other work of the pool
/// meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Client {
    config: Config,
}

impl Client {
    /// A client on the caller's rayon pool.
    pub fn new() -> Self {
        Client::default()
    }

    /// A client whose tasks run in this configuration. Its cancel token cancels all of them.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::with_config(Config::default().threads(2).memory_limit(bytes("1 GiB")));
    /// assert_eq!(*client.submit(|| 1 + 1).wait()?, 2);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn with_config(config: Config) -> Self {
        Client { config }
    }

    /// Starts computing a delayed value, such as `delayed(f).call(a, b)`, or running a closure.
    ///
    /// Arguments may be handles: the task begins when their results are there. Its errors come from the handle.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::new();
    /// let words = client.submit(|| vec!["a".to_owned(), "b".to_owned()]);
    /// let count = client.submit(delayed(|words: &[String]| words.len()).call(&words));
    /// assert_eq!(*count.wait()?, 2);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn submit<S: Submit>(&self, work: S) -> TaskHandle<S::Value> {
        let expr = work.into_delayed().into_expr();
        let value = |results: Vec<RootResult>| match results.into_iter().next() {
            Some(RootResult::Value(value)) => value,
            _ => unreachable!("the root is a delayed value"),
        };
        TaskHandle::new(start(expr.name().to_owned(), vec![expr].into(), Box::new(value), &self.config))
    }

    /// Starts a call of a function for each input.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::new();
    /// let squares = client.map(&delayed(|v: &i64| v * v), [1, 2, 3]);
    /// assert_eq!(client.gather(&squares)?.iter().map(|v| **v).collect::<Vec<_>>(), [1, 4, 9]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn map<A, R, I>(&self, function: &DelayedFn<(A,), R>, inputs: I) -> Vec<TaskHandle<R>>
    where
        A: Data,
        R: Data,
        I: IntoIterator,
        I::Item: IntoArg<A>,
    {
        let mut handles = Vec::new();
        for input in inputs {
            handles.push(self.submit(function.call(input)));
        }
        handles
    }

    /// Starts computing arrays, delayed values or structures of them, as [`compute`](crate::compute()) does, without
    /// waiting. Handles on arrays are cheap to clone where they are needed again.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array1, Axis};
    ///
    /// let client = Client::new();
    /// let x = ChunkedArray::<f64, _>::ones((100, 3))?;
    /// let sums = client.compute(x.sum_axis(Axis(0))?);
    /// let largest = client.submit(delayed(|sums: &Array1<f64>| sums[0]).call(&sums));
    /// assert_eq!(*largest.wait()?, 100.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn compute<C>(&self, what: C) -> TaskHandle<C::Output>
    where
        C: Compute + Send + 'static,
        C::Output: Data,
    {
        let roots = roots_of(&what);
        let collect =
            move |results: Vec<RootResult>| -> Value { Arc::new(what.collect(&mut Values::new(results))) };
        TaskHandle::new(start("compute".to_owned(), roots, Box::new(collect), &self.config))
    }

    /// Waits for results, and gives them in the order of the handles.
    ///
    /// # Errors
    /// The error of the first of the handles whose task failed. The other tasks go on, and their handles stay good.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::new();
    /// let handles = client.map(&try_delayed(|text: &str| text.parse::<i64>()), ["1", "2", "x"]);
    /// assert_eq!(client.gather(&handles[..2])?.len(), 2);
    /// assert!(client.gather(&handles).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn gather<T, H>(&self, handles: impl IntoIterator<Item = H>) -> Result<Vec<Arc<T>>>
    where
        T: Data,
        H: Borrow<TaskHandle<T>>,
    {
        handles.into_iter().map(|handle| handle.borrow().wait()).collect()
    }

    /// The handles in the order in which their tasks finish, well or not. The iterator waits where it must.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::new();
    /// let handles = client.map(&delayed(|v: &i64| 10 * v), 0..4);
    /// let mut sum = 0;
    /// for handle in client.as_completed(handles) {
    ///     sum += *handle.wait()?; // does not wait
    /// }
    /// assert_eq!(sum, 60);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn as_completed<T>(&self, handles: impl IntoIterator<Item = TaskHandle<T>>) -> AsCompleted<T> {
        AsCompleted::new(handles.into_iter().collect())
    }

    /// Runs a function once on every thread of the pool, waits, and gives what it returned on each, by the number of
    /// the thread, which is its argument. Threads that are busy run it when they are done.
    ///
    /// # Errors
    /// A panic in the function; threads that cannot be started.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::with_config(Config::default().threads(3));
    /// assert_eq!(client.run(|thread| thread)?, [0, 1, 2]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn run<R, F>(&self, function: F) -> Result<Vec<R>>
    where
        R: Send + 'static,
        F: Fn(usize) -> R + Send + Sync + 'static,
    {
        let (cell, results) = self.everywhere(function)?;
        cell.wait().map_err(Error::Submitted)?;
        let mut results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
        results.sort_unstable_by_key(|(thread, _)| *thread);
        let results = results.into_iter().map(|(_, result)| result);
        results.collect::<Option<Vec<R>>>().ok_or_else(|| invalid("run", "the function panicked"))
    }

    /// Has every thread run a function. The cell is settled when all have.
    fn everywhere<R, F>(&self, function: F) -> Result<(Arc<Cell>, Arc<Results<R>>)>
    where
        R: Send + 'static,
        F: Fn(usize) -> R + Send + Sync + 'static,
    {
        let executor = self.config.executor()?;
        let (count, results) = (executor.threads(), Arc::new(Results::new(Vec::new())));
        let cell = Cell::new("run".to_owned(), CancelToken::new());
        let (done, given) = (cell.clone(), results.clone());
        let job = move |thread: usize| {
            let result = catch_unwind(AssertUnwindSafe(|| function(thread))).ok();
            let mut given = given.lock().unwrap_or_else(PoisonError::into_inner);
            given.push((thread, result));
            if given.len() == count {
                drop(given);
                done.complete(Ok(Arc::new(())));
            }
        };
        executor.spawn_everywhere(job).map_err(|error| Error::Execution(ExecError::Threads(error)))?;
        Ok((cell, results))
    }
}

/// What a function returned on each thread; `None` where it panicked.
type Results<R> = Mutex<Vec<(usize, Option<R>)>>;
