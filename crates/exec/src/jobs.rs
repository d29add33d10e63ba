//! Jobs on an executor's threads that nobody waits for.
//!
//! A job may find itself inside a task, when user code there waits in rayon and the thread takes up other work. Begun
//! there it would bury the task under work that has nothing to do with it, so it is put off until the task is over;
//! unless the thread [helps](help) because it waits for such jobs.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Executor, context};

/// Something to run once.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// Whether jobs that come up on this thread are to run at once, even inside a task.
    static HELPING: Cell<bool> = const { Cell::new(false) };
}

impl Executor {
    /// Has a thread run a job when it comes to it: one of the executor's own, or of the pool that the caller is in.
    /// A panic in it is ignored.
    ///
    /// # Errors
    /// If the threads cannot be started, what kept them from it.
    pub fn spawn(&self, job: impl FnOnce() + Send + 'static) -> Result<(), String> {
        let job: Job = Box::new(job);
        match self.own_pool()? {
            Some(pool) => pool.spawn(move || run(job)),
            None => rayon::spawn(move || run(job)),
        }
        Ok(())
    }

    /// Has every thread run a job once, with the number of the thread. Returns how many there are.
    ///
    /// # Errors
    /// As for [`spawn`](Self::spawn).
    pub fn spawn_everywhere(&self, job: impl Fn(usize) + Send + Sync + 'static) -> Result<usize, String> {
        let job = move |thread: usize| {
            // A panic would abort the process; it is the job's own affair.
            let _ = catch_unwind(AssertUnwindSafe(|| job(thread)));
        };
        match self.own_pool()? {
            Some(pool) => pool.spawn_broadcast(move |context| job(context.index())),
            None => rayon::spawn_broadcast(move |context| job(context.index())),
        }
        Ok(self.threads())
    }
}

/// Runs a job now, or when the task that the thread is in is over.
fn run(job: Job) {
    if context::inside_task() && !HELPING.get() {
        context::put_off(job);
        return;
    }
    let helping = HELPING.replace(false);
    // Nobody waits for the job, so nobody is told of its panic.
    let _ = catch_unwind(AssertUnwindSafe(job));
    HELPING.set(helping);
}

/// Spawns what was put off, on the thread whose task is over.
pub(crate) fn resume(jobs: Vec<Job>) {
    for job in jobs {
        rayon::spawn(move || run(job));
    }
}

/// Runs one other job of the current thread's pool, if there is one. For threads that wait for jobs and would
/// otherwise keep them from being run. Returns whether there was one; never outside of a pool.
pub fn help() -> bool {
    let helping = HELPING.replace(true);
    // What was put off comes first: nobody else can run it.
    let helped = match context::take_put_off() {
        Some(job) => {
            run(job);
            true
        }
        None => rayon::yield_now() == Some(rayon::Yield::Executed),
    };
    HELPING.set(helping);
    helped
}
