//! Arrays that are written where others are returned.

use std::fmt;
use std::sync::Arc;

use chunkwise_core::{Block, BoxError, Element, Grid, RegionSink};
use chunkwise_expr::{Expr, Want};
use ndarray::Dimension;

use super::{Compute, Roots, Values};
use crate::{ChunkedArray, Error, Result, engine};

/// An array and where it is to be written: [`compute`](crate::compute()) writes it, block by block, without ever
/// holding it whole.
///
/// Several writes computed together, or with arrays that are returned, share their common work, and reductions of what
/// is written are computed in the same pass.
///
/// ```
/// use chunkwise::prelude::*;
///
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let (sine, cosine) = (folder.path().join("sine.npy"), folder.path().join("cosine.npy"));
/// let x = ChunkedArray::linspace(0.0, 1.0, 1000)?;
/// let (_, _, largest) = compute((x.sin().to_npy(&sine), x.cos().to_npy(&cosine), x.sin().max().value()))?;
/// assert_eq!(ChunkedArray1::<f64>::from_npy(&sine, Auto)?.max().scalar()?, largest);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "writes are lazy: nothing happens before `compute`"]
pub struct Write {
    expr: Expr,
    target: Target,
}

/// Where something is written.
#[derive(Clone)]
pub(crate) struct Target {
    name: String,
    /// The cells that the sink wants whole.
    cells: Option<Grid>,
    /// Opens it for one computation.
    open: Open,
    /// Opens what may be complete already.
    reopen: Option<Open>,
    resume: Resume,
}

type Open = Arc<dyn Fn() -> Result<Arc<dyn RegionSink>> + Send + Sync>;

/// Whether what an interrupted computation has written is taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Resume {
    /// Everything is written anew.
    No,
    /// If the same plan wrote it.
    SamePlan,
    /// If it was written under the same name.
    SameKey(String),
}

impl Write {
    /// A write to what `open` opens, which wants `cells` whole.
    pub(crate) fn new(
        expr: &Expr,
        name: String,
        cells: Option<Grid>,
        open: impl Fn() -> Result<Arc<dyn RegionSink>> + Send + Sync + 'static,
    ) -> Self {
        let target = Target { name, cells, open: Arc::new(open), reopen: None, resume: Resume::No };
        Write { expr: expr.clone(), target }
    }

    /// The same, where `reopen` opens what may be complete already, to find that out when it is resumed.
    #[cfg(feature = "zarr")]
    pub(crate) fn or_reopen(
        mut self,
        reopen: impl Fn() -> Result<Arc<dyn RegionSink>> + Send + Sync + 'static,
    ) -> Self {
        self.target.reopen = Some(Arc::new(reopen));
        self
    }

    /// Takes up what an earlier process left when it was stopped in the middle of the same write: blocks that are
    /// there, complete and unchanged, are neither computed nor written again.
    ///
    /// What is there is known to belong to the same computation by a fingerprint of its plan, the files that it reads
    /// and their times of change included. Closures and arrays in memory have none: name such a computation yourself,
    /// with [`resume_as`](Self::resume_as), and take another name when what it computes changes.
    ///
    /// What is complete stays: a program that is run once more verifies what it wrote, by checksums, and is done. An array
    /// that another computation completed, or that was changed since, is there already, and an error unless the options say
    /// to overwrite it. Only new arrays are known when they are complete: an append appends again.
    ///
    /// The computation fails if the plan has no fingerprint, or what it writes to cannot remember; Zarr arrays can.
    pub fn resume(mut self) -> Self {
        self.target.resume = Resume::SamePlan;
        self
    }

    /// As [`resume`](Self::resume), for a computation that has this name.
    pub fn resume_as(mut self, key: impl Into<String>) -> Self {
        self.target.resume = Resume::SameKey(key.into());
        self
    }
}

impl Compute for Write {
    /// Nothing: it is where it was written.
    type Output = ();

    fn roots(&self, roots: &mut Roots) {
        roots.push_write(&self.expr, self.target.clone());
    }

    fn collect(&self, values: &mut Values) {
        values.next();
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// A write of this array to what `open` opens, which wants `cells` whole.
    pub(crate) fn write_to(
        &self,
        name: String,
        cells: Option<Grid>,
        open: impl Fn() -> Result<Arc<dyn RegionSink>> + Send + Sync + 'static,
    ) -> Write {
        Write::new(self.expr(), name, cells, open)
    }
}

impl Target {
    /// What stands for the sink while a computation is only planned.
    pub(crate) fn preview(&self) -> Arc<dyn RegionSink> {
        Arc::new(Preview { name: self.name.clone(), cells: self.cells.clone() })
    }

    /// Opens the sink for the computation of this expression.
    fn open(&self, expr: &Expr) -> Result<Arc<dyn RegionSink>> {
        expr.known("writing")?;
        let failed = |source: BoxError| Error::Sink { name: self.name.clone(), source };
        let fingerprint = match &self.resume {
            Resume::No => return (self.open)(),
            Resume::SamePlan => engine::fingerprint(expr, self).map_err(failed)?,
            Resume::SameKey(key) => engine::fingerprint_of(&[key.as_bytes()]),
        };
        let sink = self.reopen.as_ref().unwrap_or(&self.open)()?;
        sink.resume(fingerprint).map_err(failed)?;
        Ok(sink)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

/// The sinks of one computation.
pub(crate) struct Sinks(Vec<(usize, Arc<dyn RegionSink>)>);

impl Sinks {
    /// Opens what some roots are written to.
    pub(crate) fn open(roots: &Roots) -> Result<Self> {
        let open = |(root, target): &(usize, Target)| Ok((*root, target.open(&roots.exprs()[*root])?));
        roots.writes().iter().map(open).collect::<Result<_>>().map(Sinks)
    }

    /// Stands for what some roots are written to.
    pub(crate) fn preview(roots: &Roots) -> Self {
        Sinks(roots.writes().iter().map(|(root, target)| (*root, target.preview())).collect())
    }

    /// What is wanted of each root.
    pub(crate) fn wants(&self, count: usize) -> Vec<Want> {
        let mut wants = vec![Want::Array; count];
        for (root, sink) in &self.0 {
            wants[*root] = Want::Written(sink.clone());
        }
        wants
    }

    /// Completes what was written.
    pub(crate) fn finish(self) -> Result<()> {
        let finish = |(_, sink): (usize, Arc<dyn RegionSink>)| {
            sink.finish().map_err(|cause| Error::of_sink(sink.name(), cause))
        };
        self.0.into_iter().try_for_each(finish)
    }
}

/// See [`Target::preview`].
#[derive(Debug)]
struct Preview {
    name: String,
    cells: Option<Grid>,
}

impl RegionSink for Preview {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, _: &[usize], _: &Block) -> Result<(), BoxError> {
        Err("nothing is written while a computation is only planned".into())
    }

    fn grid(&self) -> Option<Grid> {
        self.cells.clone()
    }
}
