//! A terminal that is reached through a writer.

use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use indicatif::TermLike;

/// Moves the cursor and clears lines by ANSI's sequences.
pub(super) struct Terminal {
    writer: Mutex<Box<dyn Write + Send>>,
    columns: u16,
}

impl Terminal {
    pub(super) fn new(writer: impl Write + Send + 'static, columns: u16) -> Self {
        Terminal { writer: Mutex::new(Box::new(writer)), columns }
    }

    /// A panic of the writer must not meet that of a bar which is being dropped.
    fn with_writer(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let writer = &mut *self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(|| act(&mut **writer))).unwrap_or_else(|payload| {
            // Dropping it could panic again.
            std::mem::forget(payload);
            Err(io::Error::other("the writer of the terminal panicked"))
        })
    }

    fn put(&self, text: fmt::Arguments<'_>) -> io::Result<()> {
        self.with_writer(|writer| writer.write_fmt(text))
    }

    fn travel(&self, by: usize, way: char) -> io::Result<()> {
        if by == 0 { Ok(()) } else { self.put(format_args!("\x1b[{by}{way}")) }
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.columns
    }

    fn move_cursor_up(&self, by: usize) -> io::Result<()> {
        self.travel(by, 'A')
    }

    fn move_cursor_down(&self, by: usize) -> io::Result<()> {
        self.travel(by, 'B')
    }

    fn move_cursor_right(&self, by: usize) -> io::Result<()> {
        self.travel(by, 'C')
    }

    fn move_cursor_left(&self, by: usize) -> io::Result<()> {
        self.travel(by, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(format_args!("{text}\r\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.put(format_args!("{text}"))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put(format_args!("\r\x1b[2K"))
    }

    fn flush(&self) -> io::Result<()> {
        self.with_writer(|writer| writer.flush())
    }
}
