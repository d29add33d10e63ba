//! The typed handle on a value that is not there yet.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chunkwise_expr::Expr;

use super::Data;
use crate::{Compute, Config, Explanation, Result, Roots, Values, compute, engine};

/// A value of any type that is computed later: the call of a [`delayed`](super::delayed()) function, what operators
/// make of such, or a value that is there already.
///
/// Building one runs nothing. [`compute`](Self::compute) runs the calls that it depends on, each once, those that do
/// not depend on one another at the same time, and gives a shared handle on the value; [`compute`](crate::compute())
/// of several runs what they share once. Each call is one of its own, even of the same function with the same
/// arguments: keep the `Delayed` and use it twice to have it run once.
///
/// Delayed values live in one graph with arrays. A function may take a [`ChunkedArray`](crate::ChunkedArray), which
/// comes to it as a whole ndarray, and arrays can be
/// [made of delayed blocks](crate::ChunkedArray::from_delayed).
///
/// # Operators
///
/// `+ - * / %` take delayed values and plain ones on either side, owned or by reference, and unary `-` one, where the
/// type has the operator. They behave as the type's own: integers overflow as Rust's do. The sum of an iterator of
/// delayed values is a tree of additions.
///
/// What cannot be delayed is the program's own control flow: `if` and `for` need values, not delayed ones.
///
/// # Memory
///
/// The engine does not know how large a value is. It counts the size of its type, without what that points to; where
/// a memory limit matters, [`with_bytes`](Self::with_bytes) says more.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let square = delayed(|v: &i64| v * v);
/// let squares: Vec<Delayed<i64>> = (1..=3).map(|i| square.call(i)).collect();
/// let total = &squares[0] + &squares[1] + &squares[2] + 100;
/// assert_eq!(*total.compute()?, 114);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[must_use = "delayed values are lazy: nothing happens before `compute`"]
pub struct Delayed<T> {
    expr: Expr,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for Delayed<T> {
    fn clone(&self) -> Self {
        Delayed { expr: self.expr.clone(), marker: PhantomData }
    }
}

impl<T> Delayed<T> {
    pub(crate) fn from_expr(expr: Expr) -> Self {
        debug_assert!(expr.is_value());
        Delayed { expr, marker: PhantomData }
    }

    #[doc(hidden)]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    pub(crate) fn into_expr(self) -> Expr {
        self.expr
    }

    /// What messages and graphs call it: the name of the function, of the operator, or `value` for one that is there.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// fn square(v: i64) -> i64 { v * v }
    /// assert_eq!(delayed(square).call(2).name(), "square");
    /// assert_eq!((delayed(square).call(2) + 1).name(), "+");
    /// ```
    pub fn name(&self) -> &str {
        self.expr.name()
    }
}

impl<T: Data> Delayed<T> {
    /// A value that is there already.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let two = Delayed::new(2);
    /// assert_eq!(*(two * 3).compute()?, 6);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn new(value: T) -> Self {
        Delayed::from_expr(Expr::value(Arc::new(value), None))
    }

    /// Runs the calls that the value depends on, and gives a handle on the value.
    ///
    /// # Errors
    /// [`Error::Task`](crate::Error::Task) if a function panics or fails: its `op` is the function's name, and
    /// [`find`](crate::Error::find) gives the error that it returned. What else is under way is finished, and nothing
    /// more is begun.
    pub fn compute(&self) -> Result<Arc<T>> {
        compute(self)
    }

    /// Computes the value in a configuration of its own.
    ///
    /// # Errors
    /// As for [`compute`](Self::compute), and what the configuration brings: a memory limit that is too low,
    /// cancellation.
    pub fn compute_with(&self, config: &Config) -> Result<Arc<T>> {
        config.compute(self)
    }

    /// Computes the value now and keeps it: what is built on the result does not compute it again.
    ///
    /// # Errors
    /// As for [`compute`](Self::compute).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let slow = delayed(|| 40).call().persist()?;
    /// assert_eq!(*(&slow + 2).compute()?, 42); // nothing is called
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        self.persist_with(&Config::default())
    }

    /// Computes and keeps the value in a configuration of its own, whose memory limit counts it by its
    /// [bytes](Self::with_bytes) for as long as it lives.
    ///
    /// # Errors
    /// As for [`compute_with`](Self::compute_with).
    #[track_caller]
    pub fn persist_with(&self, config: &Config) -> Result<Self> {
        engine::persist_value(&self.expr, config).map(Self::from_expr)
    }

    /// Describes how the value would be computed: its calls, and what the arrays it depends on take.
    ///
    /// # Errors
    /// A plan too large to be made.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let inc = delayed(|v: &i64| v + 1).named("inc");
    /// let text = (inc.call(1) + inc.call(2)).explain()?.to_string();
    /// assert!(text.contains("call  [inc x2, +] 3 tasks"), "{text}");
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn explain(&self) -> Result<Explanation> {
        crate::explain(self)
    }
}

impl<T: Data> From<T> for Delayed<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Delayed::new(value)
    }
}

impl<T: Data> Compute for Delayed<T> {
    type Output = Arc<T>;

    fn roots(&self, roots: &mut Roots) {
        roots.push(&self.expr);
    }

    fn collect(&self, values: &mut Values) -> Arc<T> {
        values.value()
    }
}

/// Name, type and number of tasks.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let total = (Delayed::new(1) + 2).named("total") * 3;
/// assert_eq!(format!("{total:?}"), "Delayed { name: \"*\", type: i32, tasks: 2 }");
/// ```
impl<T> fmt::Debug for Delayed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delayed")
            .field("name", &self.name())
            .field("type", &format_args!("{}", std::any::type_name::<T>()))
            .field("tasks", &self.expr.task_count())
            .finish()
    }
}
