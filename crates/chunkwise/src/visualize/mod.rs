//! Pictures of what a computation does: SVG, Graphviz's DOT language, and HTML pages that stand alone.

mod dot;
mod layout;
pub(crate) mod page;
pub(crate) mod palette;
mod sheet;
pub(crate) mod svg;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use std::fs;
use std::path::Path;

use chunkwise_expr::{Expr, PictureDetail, PictureGraph, PictureStage, picture};

use crate::compute::roots_of;
use crate::{ChunkedArray, Compute, Data, Delayed, Error, Result};
use sheet::Sheet;

/// Which way the arrows of a [`Picture`] point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From the top down.
    #[default]
    TopToBottom,
    /// From left to right.
    LeftToRight,
}

/// What a box of a [`Picture`] stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detail {
    /// Blocks if there are at most some three hundred of them, layers otherwise.
    #[default]
    Auto,
    /// A block of an array; a task, once optimised.
    Blocks,
    /// All blocks of an operation, with their number; a stage, once optimised.
    Layers,
}

/// Boxes of a picture that chooses between blocks and layers itself.
const READABLE: usize = 300;

/// A picture of what a computation does, and how it is to look.
///
/// Boxes are blocks or operations, arrows lead from what is read to what reads it. Colours stand for kinds of
/// operations, corners are sharp where there is data and round where there is work, and the borders of results are
/// thick. Nothing is computed, and no other program is needed.
///
/// ```
/// use chunkwise::prelude::*;
/// use chunkwise::{Detail, Direction, Picture};
///
/// let x = ChunkedArray::<f64, _>::ones((15, 15).chunked((5, 5)))?;
/// let y = (&x + &x.t()).sum();
///
/// // As built: nine blocks each of `x`, its transpose and the sum of both, and one number
/// let picture = Picture::new(&y).direction(Direction::LeftToRight);
/// assert!(picture.to_svg()?.starts_with("<svg"));
/// assert_eq!(picture.to_dot()?.matches("label=\"transpose").count(), 9);
///
/// // As it will run: one pass over everything
/// let optimised = Picture::new(&y).optimised(true).detail(Detail::Layers);
/// assert!(!optimised.to_dot()?.contains("transpose"));
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a picture is drawn by `write`, `to_svg`, `to_dot` or `to_html`"]
pub struct Picture {
    roots: Vec<Expr>,
    direction: Direction,
    stage: PictureStage,
    detail: Detail,
}

impl Picture {
    /// A picture of whatever [`compute`](crate::compute()) takes: an array, or several at once in a tuple or list.
    pub fn new<C: Compute>(what: C) -> Picture {
        Picture {
            roots: roots_of(&what).exprs().to_vec(),
            direction: Direction::default(),
            stage: PictureStage::Built,
            detail: Detail::default(),
        }
    }

    /// Which way the arrows point; from the top down if this is not called.
    pub fn direction(mut self, direction: Direction) -> Picture {
        self.direction = direction;
        self
    }

    /// Whether to show the plan that would run instead of the expression as it was built.
    pub fn optimised(mut self, optimised: bool) -> Picture {
        self.stage = if optimised { PictureStage::Planned } else { PictureStage::Built };
        self
    }

    /// What a box stands for.
    pub fn detail(mut self, detail: Detail) -> Picture {
        self.detail = detail;
        self
    }

    /// Writes the picture to a file, in the format that its extension names: `.svg`, `.dot` or `.gv` (Graphviz's
    /// language), `.html` or `.htm` (a page that needs nothing else, in which one can zoom).
    ///
    /// # Errors
    /// [`Error::PictureFormat`] for another extension, [`Error::PictureFile`] for a file that cannot be written, and
    /// as for [`to_svg`](Self::to_svg).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let text = match &extension[..] {
            "svg" => self.to_svg()?,
            "dot" | "gv" => self.to_dot()?,
            "html" | "htm" => self.to_html()?,
            _ => return Err(Error::PictureFormat { path: path.to_owned() }),
        };
        fs::write(path, text).map_err(|source| Error::PictureFile { path: path.to_owned(), source })
    }

    /// The picture as an SVG element, which is a whole file too.
    ///
    /// # Errors
    /// [`Error::Expression`] if there are too many boxes or arrows to be read (two thousand boxes; with [`Detail::Auto`]
    /// only if there are that many layers), or if the plan is too large to be made.
    pub fn to_svg(&self) -> Result<String> {
        Ok(svg::svg(&Sheet::new(&self.graph(self.detail)?, self.direction)))
    }

    /// The picture in Graphviz's DOT language.
    ///
    /// # Errors
    /// As for [`to_svg`](Self::to_svg).
    pub fn to_dot(&self) -> Result<String> {
        Ok(dot::dot(&self.graph(self.detail)?, self.direction))
    }

    /// The picture as an HTML page with a table of the layers under it. The wheel zooms, dragging moves, a double
    /// click shows everything. The page loads nothing from elsewhere.
    ///
    /// # Errors
    /// As for [`to_svg`](Self::to_svg).
    pub fn to_html(&self) -> Result<String> {
        let graph = self.graph(self.detail)?;
        let layers = if graph.blocks { self.graph(Detail::Layers)? } else { graph.clone() };
        Ok(page::page(&svg::svg(&Sheet::new(&graph, self.direction)), &graph, &layers))
    }

    fn graph(&self, detail: Detail) -> Result<PictureGraph> {
        let detail = match detail {
            Detail::Auto => PictureDetail::Auto { blocks: READABLE },
            Detail::Blocks => PictureDetail::Blocks,
            Detail::Layers => PictureDetail::Layers,
        };
        Ok(picture(&self.roots, self.stage, detail)?)
    }
}

/// Draws several arrays at once, with the work that they share drawn once, into a file whose extension names the
/// format; see [`Picture`], which also has the options.
///
/// # Errors
/// As for [`Picture::write`].
///
/// ```
/// use chunkwise::prelude::*;
///
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let path = folder.path().join("graph.svg");
/// let x = ChunkedArray::<f64, _>::ones((10, 10).chunked(5))?;
/// chunkwise::visualize((&x.min(), &x.max()), &path)?;
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn visualize<C: Compute>(what: C, path: impl AsRef<Path>) -> Result<()> {
    Picture::new(what).write(path)
}

impl<A: chunkwise_core::Element, D: ndarray::Dimension> ChunkedArray<A, D> {
    /// Draws how the array is computed, as it was built, into a file whose extension names the format: `.svg`, `.dot`
    /// or `.gv`, `.html`. Small graphs show every block, large ones every operation.
    ///
    /// [`Picture`] has options: the plan as optimised, blocks or layers, the direction.
    ///
    /// # Errors
    /// As for [`Picture::write`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("graph.svg");
    /// let x = ChunkedArray::<f64, _>::ones((15, 15).chunked((5, 5)))?;
    /// (&x + &x.t()).visualize(&path)?;
    ///
    /// let error = x.visualize("graph.jpeg").unwrap_err();
    /// assert!(error.to_string().contains(".svg"));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn visualize(&self, path: impl AsRef<Path>) -> Result<()> {
        visualize(self, path)
    }
}

impl<T: Data> Delayed<T> {
    /// Draws the calls that make the value, by the names of their functions, into a file whose extension names the
    /// format, as [`ChunkedArray::visualize`] does.
    ///
    /// # Errors
    /// As for [`Picture::write`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// fn inc(x: &i64) -> i64 {
    ///     x + 1
    /// }
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("graph.svg");
    /// (delayed(inc).call(1) + delayed(inc).call(2)).visualize(&path)?;
    /// let picture = std::fs::read_to_string(&path).expect("just written");
    /// assert_eq!(picture.matches(">inc<").count(), 2);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn visualize(&self, path: impl AsRef<Path>) -> Result<()> {
        visualize(self, path)
    }
}

/// What a picture shows, in words.
fn caption(graph: &PictureGraph) -> String {
    let count = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let (form, layer, task) = match graph.stage {
        PictureStage::Built => ("As built", "operation", "block"),
        PictureStage::Planned => ("Optimised", "stage", "task"),
    };
    let shown = if graph.blocks { task } else { layer };
    format!(
        "{form}: {}, {}. Each box is {} {shown}.",
        count(graph.layers, layer),
        count(graph.tasks, task),
        if shown == "operation" { "an" } else { "a" }
    )
}
