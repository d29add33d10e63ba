//! The book under `docs/book`: its chapters are tests, what they draw is what the book shows, and what they print is
//! what it quotes.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tempfile::TempDir;

/// The variable that has pictures written instead of compared.
const BLESS: &str = "CHUNKWISE_BLESS";

macro_rules! chapters {
    ($($Chapter:ident $file:literal),* $(,)?) => {
        /// The chapters whose code is tested, as file names.
        pub const CHAPTERS: &[&str] = &[$($file),*];

        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../docs/book/src/", $file))]
            struct $Chapter;
        )*
    };
}

chapters! {
    Introduction "introduction.md",
    Lazy "lazy.md",
    Files "files.md",
    Arrays "arrays.md",
    Masks "masks.md",
    Products "products.md",
    Futures "futures.md",
    Persist "persist.md",
    Watching "watching.md",
    Dask "dask.md",
}

/// Where the chapters lie.
pub fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/book/src")
}

/// A picture without the places in the source where its boxes were built, which are those of the test.
fn without_origins(picture: &str) -> String {
    let mut parts = picture.split("\nbuilt at ");
    let first = parts.next().into_iter();
    first.chain(parts.map(|part| part.find("</title>").map_or(part, |end| &part[end..]))).collect()
}

/// A chapter, while one of its code blocks runs: in an empty folder of its own, where it may write.
///
/// Blocks of documentation run in a process each, so that the folder is theirs alone.
#[derive(Debug)]
pub struct Page {
    chapter: String,
    folder: TempDir,
}

impl Page {
    /// Enters an empty folder, for a block of this chapter.
    ///
    /// # Panics
    /// If there is no such chapter, or no folder can be made.
    #[must_use = "pictures are checked by `done`"]
    pub fn open(chapter: &str) -> Page {
        let chapter = fs::read_to_string(book().join(chapter)).expect("a chapter");
        let folder = tempfile::tempdir().expect("a folder");
        env::set_current_dir(folder.path()).expect("the folder that was just made");
        Page { chapter, folder }
    }

    /// Asserts that the chapter quotes this text, as printed, in a block of its own.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn prints(&self, text: impl Display) {
        let text = text.to_string();
        let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
        let block = format!("```text\n{}\n```\n", lines.join("\n"));
        assert!(self.chapter.contains(&block), "the chapter does not quote:\n{text}");
    }

    /// Asserts that the pictures and cards in the folder are those of the book, and that the chapter shows them. With
    /// `CHUNKWISE_BLESS` set, makes the book's those in the folder.
    ///
    /// # Panics
    /// If they are not.
    #[track_caller]
    pub fn done(self) {
        for file in fs::read_dir(self.folder.path()).expect("the folder") {
            let drawn = file.expect("a file").path();
            let name = drawn.file_name().and_then(|name| name.to_str()).expect("a name");
            let shows = match drawn.extension().and_then(|extension| extension.to_str()) {
                Some("svg") => format!("](pictures/{name})"),
                Some("html") => format!("{{{{#include pictures/{name}}}}}"),
                _ => continue,
            };
            assert!(self.chapter.contains(&shows), "the chapter does not show {name}");
            let shown = book().join("pictures").join(name);
            let drawn = without_origins(&fs::read_to_string(&drawn).expect("a picture"));
            if env::var_os(BLESS).is_some() {
                fs::write(shown, drawn).expect("a picture that can be written");
            } else if fs::read_to_string(&shown).ok().as_ref() != Some(&drawn) {
                panic!("{name} is drawn differently now; if that is right, test with {BLESS}=1");
            }
        }
        env::set_current_dir(env!("CARGO_MANIFEST_DIR")).expect("this package");
    }
}
