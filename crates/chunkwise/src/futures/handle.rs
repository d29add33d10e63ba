//! The handle on a result that is to come.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chunkwise_exec::ExecError;

use super::cell::{Cell, Outcome};
use crate::delayed::{Data, typed};
use crate::{Error, Result};

/// A handle on the result of a task that a [`Client`](super::Client) runs.
///
/// It is what other libraries call a future; the name leaves `Future` to the trait of the standard library, which it
/// implements: `handle.await` gives the result in any async runtime, or without one. Where nothing is async,
/// [`wait`](Self::wait) blocks.
///
/// A clone is another handle on the same task. Dropping handles does not stop the task; [`cancel`](Self::cancel) does.
///
/// Results are shared (`Arc<T>`), and so are errors: [`Error::Submitted`](crate::Error::Submitted) holds the error of
/// the task, [`Error::find`](crate::Error::find) finds what the function returned.
///
/// ```
/// use chunkwise::prelude::*;
///
/// async fn total(client: &Client) -> chunkwise::Result<i64> {
///     let parts = client.map(&delayed(|v: &i64| v * v), 1..=3);
///     let mut total = 0;
///     for part in parts {
///         total += *part.await?; // all of them are under way
///     }
///     Ok(total)
/// }
/// # let mut task = std::pin::pin!(async { assert_eq!(total(&Client::new()).await.unwrap(), 14) });
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # while task.as_mut().poll(&mut context).is_pending() {
/// #     std::thread::yield_now();
/// # }
/// # use std::future::Future;
/// ```
pub struct TaskHandle<T> {
    cell: Arc<Cell>,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for TaskHandle<T> {
    fn clone(&self) -> Self {
        TaskHandle { cell: self.cell.clone(), marker: PhantomData }
    }
}

impl<T> TaskHandle<T> {
    pub(super) fn new(cell: Arc<Cell>) -> Self {
        TaskHandle { cell, marker: PhantomData }
    }

    pub(super) fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }

    /// What messages call the task: the name of the function.
    pub fn name(&self) -> &str {
        &self.cell.name
    }

    /// Whether the task is done, well or not.
    pub fn is_done(&self) -> bool {
        self.cell.is_done()
    }

    /// Gives up the task, unless it is done: its result is an error from now on, also for the tasks that read it, and
    /// calls that have not begun never do. A function that is running is not interrupted.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let client = Client::new();
    /// let (send, receive) = std::sync::mpsc::channel::<()>();
    /// let receive = std::sync::Mutex::new(receive);
    /// let endless = client.submit(move || receive.lock().map(|r| r.recv().is_ok()).is_ok());
    /// let next = client.submit(delayed(|v: &bool| !v).call(&endless));
    /// endless.cancel();
    /// assert!(endless.wait().is_err() && next.wait().is_err());
    /// # drop(send);
    /// ```
    pub fn cancel(&self) {
        self.cell.complete(Err(Arc::new(Error::Execution(ExecError::Cancelled))));
        self.cell.cancel.cancel();
    }
}

impl<T: Data> TaskHandle<T> {
    fn typed(outcome: Outcome) -> Result<Arc<T>> {
        outcome.map(typed).map_err(Error::Submitted)
    }

    /// Waits for the result.
    ///
    /// On a thread of a rayon pool, as inside a delayed function, the thread does other work of the pool meanwhile.
    ///
    /// # Errors
    /// What kept the task from one: an error or panic of a function, of this task or of one that it depends on, or
    /// cancellation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let handle = Client::new().submit(|| "done".to_owned());
    /// assert_eq!(*handle.wait()?, "done");
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn wait(&self) -> Result<Arc<T>> {
        Self::typed(self.cell.wait())
    }

    /// The result, if the task is done.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let handle = Client::new().submit(|| 6 * 7);
    /// handle.wait()?;
    /// assert!(handle.result().is_some_and(|result| result.is_ok_and(|value| *value == 42)));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn result(&self) -> Option<Result<Arc<T>>> {
        self.cell.outcome().map(Self::typed)
    }
}

impl<T: Data> Future for TaskHandle<T> {
    type Output = Result<Arc<T>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.cell.poll(context.waker()) {
            Some(outcome) => Poll::Ready(Self::typed(outcome)),
            None => Poll::Pending,
        }
    }
}

/// Name, type, and whether it is done.
impl<T> fmt::Debug for TaskHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.cell.outcome() {
            None => "under way",
            Some(Ok(_)) => "done",
            Some(Err(_)) => "failed",
        };
        f.debug_struct("TaskHandle")
            .field("name", &self.name())
            .field("type", &format_args!("{}", std::any::type_name::<T>()))
            .field("state", &format_args!("{state}"))
            .finish()
    }
}
