//! Plans of computations that were made before on this thread.
//!
//! A loop computes the same expression over other arrays, again and again. Planning and compiling takes microseconds,
//! which is more than small arrays take, so that the last few plans are kept, each with its pattern. What is kept is
//! small and holds no array of the user's.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use chunkwise_core::Block;
use chunkwise_expr::{Arrays, Expr, Pattern};
use chunkwise_plan::{Compiled, Plan, Single, Sources};
use smallvec::SmallVec;

/// How many plans a thread keeps.
const KEPT: usize = 16;
/// The largest plan that is kept, in bytes.
const LARGEST: u64 = 64 << 10;

thread_local! {
    /// The plans, the one used last at the end.
    static PLANS: RefCell<Vec<Rc<Known>>> = const { RefCell::new(Vec::new()) };
}

/// A plan for all computations of a pattern.
pub(crate) struct Known {
    pub(crate) plan: Plan,
    pub(crate) compiled: Arc<Compiled>,
    /// The plan laid out to run at once, if it is of that kind; made when it is first taken from here.
    single: OnceCell<Option<Single>>,
    pattern: Pattern,
    /// Which array of the pattern each source in memory is.
    arrays: SmallVec<[usize; 4]>,
}

/// A computation whose plan is known.
pub(crate) struct Recalled<'a> {
    pub(crate) known: Rc<Known>,
    /// Its sources, which all lie in memory.
    pub(crate) arrays: Arrays<'a>,
}

impl Recalled<'_> {
    /// The plan laid out to run at once over these sources, if it is of that kind.
    pub(crate) fn single(&self) -> Option<&Single> {
        let Known { plan, compiled, single, .. } = &*self.known;
        single.get_or_init(|| Single::new(plan, compiled.clone(), &self.sources())).as_ref()
    }

    /// The sources of the plan.
    pub(crate) fn sources(&self) -> Sources {
        Sources { blocks: self.arrays.iter().map(|&array| Arc::clone(array)).collect(), ..Sources::default() }
    }
}

/// The plan of a computation that was planned on this thread before, if it is still there, and the sources of this one.
pub(crate) fn recall(roots: &[Expr]) -> Option<Recalled<'_>> {
    PLANS
        .try_with(|plans| {
            let mut plans = plans.borrow_mut();
            let found = plans.iter().enumerate().rev();
            let (at, arrays) =
                found.into_iter().find_map(|(at, known)| Some((at, known.pattern.arrays(roots)?)))?;
            plans[at..].rotate_left(1);
            let known = Rc::clone(plans.last()?);
            let arrays = known.arrays.iter().map(|&number| arrays[number]).collect();
            Some(Recalled { known, arrays })
        })
        .ok()?
}

/// Keeps the plan of a computation for the next one of its pattern, if that may be.
pub(crate) fn keep(roots: &[Expr], sources: &Sources, plan: Plan, compiled: Arc<Compiled>) {
    if plan.own_bytes() > LARGEST {
        return;
    }
    let Some((pattern, arrays)) = Pattern::of(roots) else { return };
    // An array that planning made of another one is none of the pattern's.
    let number = |block: &Arc<Block>| arrays.iter().position(|array| Arc::ptr_eq(array, block));
    let Some(arrays) = sources.blocks.iter().map(number).collect() else { return };
    // Where threads end, nothing is kept any more.
    let _ = PLANS.try_with(|plans| {
        let mut plans = plans.borrow_mut();
        if plans.len() == KEPT {
            plans.remove(0);
        }
        plans.push(Rc::new(Known { plan, compiled, single: OnceCell::new(), pattern, arrays }));
    });
}

#[cfg(test)]
mod tests;
