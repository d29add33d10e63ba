//! Delayed values: functions called lazily, values of any type, and the ways between them and arrays.

mod arrays;
mod calls;
mod failures;
mod functions;
mod scale;
mod support;
