//! Other names, sizes and values for a delayed value.

use std::sync::Arc;

use chunkwise_core::BoxError;
use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallFn, CallResult, Function, SharedFn, StaticFn};

use super::function::{fallible, plain};
use super::{Data, Delayed, get, short};

/// Passes its argument on, for names and sizes of values that others hold already.
static PASS_ON: StaticFn = StaticFn {
    name: "value",
    bytes: 0,
    run: |args| Ok(args.into_iter().next().expect("it is called with one argument")),
};

impl<T: Data> Delayed<T> {
    /// The same value under a name of its own, for messages and graphs.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let total = (Delayed::new(1) + 2).named("total");
    /// assert_eq!(total.name(), "total");
    /// ```
    #[track_caller]
    pub fn named(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.changed(|function| SharedFn { name, ..parts_of(function) })
    }

    /// The same value, counted with so many bytes under a memory limit.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let large = delayed(|| vec![0u8; 1 << 20]).call().with_bytes(1 << 20);
    /// let error = large.compute_with(&Config::default().memory_limit(1 << 16)).unwrap_err();
    /// assert!(matches!(error, chunkwise::Error::MemoryLimit { .. }));
    /// ```
    #[track_caller]
    pub fn with_bytes(self, bytes: u64) -> Self {
        self.changed(|function| SharedFn { bytes, ..parts_of(function) })
    }

    #[track_caller]
    fn changed(self, change: impl FnOnce(&Function) -> SharedFn) -> Self {
        let pass_on = SharedFn { bytes: size_of::<T>() as u64, ..parts_of(&Function::Static(&PASS_ON)) };
        Delayed::from_expr(self.into_expr().with_function(Function::Shared(Arc::new(pass_on)), change))
    }

    /// What a function makes of the value. Here the compiler knows the type of the closure's argument.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array1, s};
    ///
    /// let numbers = delayed(|n: i64| Array1::from_iter(0..n)).call(10);
    /// let sum = numbers.map(|a| a + 1).map(|a| a.slice(s![..;2]).to_owned()).map(|a| a.sum());
    /// assert_eq!(*sum.compute()?, 25);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn map<F, R>(&self, f: F) -> Delayed<R>
    where
        F: Fn(&T) -> R + Send + Sync + 'static,
        R: Data,
    {
        let function = plain::<R>(short::<F>(), move |args| f(get::<T>(&args[0])));
        Delayed::from_expr(Expr::call(function, [self.expr().clone()]))
    }

    /// What a function makes of the value, or its error, which fails the computation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let text = Delayed::new("4x".to_owned());
    /// let number = text.try_map(|text| text.parse::<i64>());
    /// let error = number.compute().unwrap_err();
    /// assert!(error.find::<std::num::ParseIntError>().is_some());
    /// ```
    #[track_caller]
    pub fn try_map<F, R, E>(&self, f: F) -> Delayed<R>
    where
        F: Fn(&T) -> std::result::Result<R, E> + Send + Sync + 'static,
        R: Data,
        E: Into<BoxError> + 'static,
    {
        let function = fallible::<R, E>(short::<F>(), move |args| f(get::<T>(&args[0])));
        Delayed::from_expr(Expr::call(function, [self.expr().clone()]))
    }
}

/// The parts of a function, for another that differs in some.
pub(super) fn parts_of(function: &Function) -> SharedFn {
    /// A function without captures as an object.
    struct Static(&'static StaticFn);
    impl CallFn for Static {
        fn call(&self, args: Args) -> CallResult {
            (self.0.run)(args)
        }
    }
    match function {
        Function::Static(function) => SharedFn {
            name: function.name.to_owned(),
            bytes: function.bytes,
            pure: false,
            run: Arc::new(Static(function)),
        },
        Function::Shared(function) => SharedFn {
            name: function.name.clone(),
            bytes: function.bytes,
            pure: function.pure,
            run: function.run.clone(),
        },
    }
}
