//! A lazy array beside the eager one that it should equal, and random steps that both take.

use std::fmt;

use chunkwise::{ChunkedArray, ChunkedArrayD, Element, ShapeExt, concatenate, stack};
use ndarray::{ArcArray, ArrayD, Axis, IxDyn, ShapeBuilder, Slice, SliceInfoElem, Zip};

use crate::{Order, Rng, random_chunks};

/// No step makes an array of more elements than this.
const LARGEST: usize = 3000;

/// A lazy array and its eager twin, with the steps that led to them.
#[derive(Clone)]
pub struct Pair<A> {
    /// What is tested.
    pub lazy: ChunkedArrayD<A>,
    /// What it should compute to.
    pub eager: ArrayD<A>,
    /// The steps, for messages.
    pub steps: String,
}

impl<A: Element> fmt::Debug for Pair<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} : shape {:?}, chunks {:?}", self.steps, self.eager.shape(), self.lazy.chunks())
    }
}

/// A random shape of at most four axes, most of several elements; now and then one is empty.
pub fn random_shape(rng: &mut Rng) -> Vec<usize> {
    let ndim = *rng.pick(&[0, 1, 2, 2, 2, 3, 3, 4]);
    let longest = [1, 40, 12, 7, 5][ndim];
    (0..ndim).map(|_| if rng.below(30) == 0 { 0 } else { 1 + rng.below(longest) }).collect()
}

/// A random shape of so many elements, of at most four axes.
pub fn random_shape_of(len: usize, rng: &mut Rng) -> Vec<usize> {
    if len == 0 {
        let mut shape = vec![1 + rng.below(3), 0, 1 + rng.below(4)];
        shape.truncate(2 + rng.below(2));
        return shape;
    }
    let mut shape = vec![len];
    for _ in 0..rng.below(6) {
        // Splits an axis, or merges two, in any place.
        let k = rng.below(shape.len().max(1));
        let divisors: Vec<usize> = shape.get(k).map_or(vec![], |&n| (1..=n).filter(|d| n % d == 0).collect());
        if rng.below(3) > 0 && shape.len() < 4 && !divisors.is_empty() {
            let first = *rng.pick(&divisors);
            shape[k] /= first;
            shape.insert(k, first);
        } else if shape.len() > 1 {
            let n = shape.remove(k);
            let other = k % shape.len();
            shape[other] *= n;
        } else if shape == [1] {
            shape.clear();
        }
    }
    shape
}

fn chunks_of(shape: &[usize], rng: &mut Rng) -> Vec<Vec<usize>> {
    let empty = rng.below(3) == 0;
    shape.iter().map(|&n| if rng.below(3) == 0 { vec![n] } else { random_chunks(n, rng, empty) }).collect()
}

/// The array, laid out in memory in this order.
fn lay<A: Element>(array: &ArrayD<A>, order: Order) -> ArcArray<A, IxDyn> {
    match order {
        Order::C => array.to_shared(),
        Order::Fortran => {
            let mut other = ArrayD::from_elem(array.raw_dim().f(), A::default());
            other.assign(array);
            other.into_shared()
        }
        Order::Gaps => {
            let double: Vec<usize> = array.shape().iter().map(|n| 2 * n).collect();
            let mut other = ArrayD::from_elem(IxDyn(&double), A::default());
            other.slice_each_axis_mut(|_| Slice::new(0, None, -2)).assign(array);
            let mut other = other.into_shared();
            other.slice_each_axis_inplace(|_| Slice::new(0, None, -2));
            other
        }
    }
}

impl<A: Element> Pair<A> {
    /// A random array of these elements: in memory in any order, persisted, or made by functions.
    pub fn leaf(shape: &[usize], element: impl Fn(&mut Rng) -> A, rng: &mut Rng) -> Self {
        let chunks = chunks_of(shape, rng);
        let eager = ArrayD::from_shape_simple_fn(shape, || element(rng));
        let twin = eager.clone();
        let (what, lazy) = match rng.below(8) {
            0 => {
                let shape = shape.to_vec().chunked(chunks.clone());
                ("from_shape_fn", ChunkedArray::from_shape_fn(shape, move |at: IxDyn| twin[at]))
            }
            1 => {
                let shape = shape.to_vec().chunked(chunks.clone());
                let make = move |info: chunkwise::BlockInfo<IxDyn>| {
                    let bounds = |k: usize| {
                        let start = info.start[k] as isize;
                        Slice::new(start, Some(start + info.shape[k] as isize), 1)
                    };
                    twin.slice_each_axis(|axis| bounds(axis.axis.0)).to_owned()
                };
                ("from_block_fn", ChunkedArray::from_block_fn(shape, make))
            }
            2 => {
                let lazy = ChunkedArray::from_array(twin, chunks.clone());
                ("persist", lazy.and_then(|lazy| lazy.persist()))
            }
            n => {
                let order = Order::ALL[n % 3];
                ("from_array", ChunkedArray::from_array(lay(&eager, order), chunks.clone()))
            }
        };
        let lazy = lazy.unwrap_or_else(|e| panic!("{what} of shape {shape:?} in {chunks:?}: {e}"));
        Pair { lazy, eager, steps: format!("{what}({shape:?}, {chunks:?})") }
    }

    /// The pair after a step.
    pub fn then<B: Element>(
        &self,
        step: String,
        lazy: chunkwise::Result<ChunkedArrayD<B>>,
        eager: ArrayD<B>,
    ) -> Pair<B> {
        let lazy = lazy.unwrap_or_else(|e| panic!("{step} of {self:?}: {e}"));
        let steps = format!("{}.{step}", self.steps);
        Pair { lazy, eager, steps }
    }

    /// A step that looks at the array in another way, or joins it with itself.
    pub fn restructure(&self, rng: &mut Rng) -> Self {
        let ndim = self.eager.ndim();
        match rng.below(12) {
            0..=2 => self.slice(rng),
            3 => self.permute(rng),
            10..=11 => self.reshape(rng),
            4 if ndim > 0 => {
                let axis = Axis(rng.below(ndim));
                let mut eager = self.eager.clone();
                eager.invert_axis(axis);
                self.then(format!("invert_axis({axis:?})"), self.lazy.invert_axis(axis), eager)
            }
            5 if ndim < 5 => {
                let axis = Axis(rng.below(ndim + 1));
                let eager = self.eager.clone().insert_axis(axis);
                self.then(format!("insert_axis({axis:?})"), self.lazy.insert_axis(axis), eager)
            }
            6 => self.broadcast(rng),
            7 if ndim > 0 => self.concatenate(rng),
            8 if ndim < 5 && 2 * self.eager.len() <= LARGEST => {
                let axis = Axis(rng.below(ndim + 1));
                let other = self.permute_back_to_front();
                let (a, b) =
                    if other.eager.shape() == self.eager.shape() { (self, &other) } else { (self, self) };
                let eager = ndarray::stack(axis, &[a.eager.view(), b.eager.view()]).expect("equal shapes");
                self.then(format!("stack({axis:?})"), stack(axis, &[&a.lazy, &b.lazy]), eager)
            }
            _ => {
                let chunks = chunks_of(self.eager.shape(), rng);
                self.then(
                    format!("rechunk({chunks:?})"),
                    self.lazy.rechunk(chunks.clone()),
                    self.eager.clone(),
                )
            }
        }
    }

    fn permute_back_to_front(&self) -> Self {
        self.then("t()".into(), Ok(self.lazy.t()), self.eager.clone().reversed_axes())
    }

    fn slice(&self, rng: &mut Rng) -> Self {
        let mut elems = Vec::new();
        let mut axes = 0;
        for &n in self.eager.shape() {
            let n = n as isize;
            // Counted from the end as often as from the start; the length has no negative form.
            let index = |at: isize, rng: &mut Rng| if at < n && rng.below(2) == 0 { at - n } else { at };
            let elem = match rng.below(10) {
                0 if n > 0 => SliceInfoElem::Index(index(rng.below(n as usize) as isize, rng)),
                1..=3 => SliceInfoElem::from(..),
                _ => {
                    // Long slices, or nothing would soon be left.
                    let start = rng.below(1 + n as usize / 3) as isize;
                    let end = n - rng.below(1 + n as usize / 3) as isize;
                    let (start, end) = if rng.below(12) == 0 { (end, start) } else { (start, end) };
                    let step = *rng.pick(&[1, 1, 1, 1, 2, 3, -1, -1, -2, -5, 11]);
                    let end = if rng.below(3) == 0 { None } else { Some(index(end, rng)) };
                    SliceInfoElem::Slice { start: index(start, rng), end, step }
                }
            };
            axes += usize::from(!matches!(elem, SliceInfoElem::Index(_)));
            elems.push(elem);
            if axes < 5 && rng.below(8) == 0 {
                axes += 1;
                elems.push(SliceInfoElem::NewAxis);
            }
        }
        let eager = self.eager.slice(&elems[..]).to_owned();
        self.then(format!("slice({elems:?})"), self.lazy.slice(&elems[..]), eager)
    }

    fn permute(&self, rng: &mut Rng) -> Self {
        let mut axes: Vec<usize> = (0..self.eager.ndim()).collect();
        for i in (1..axes.len()).rev() {
            axes.swap(i, rng.below(i + 1));
        }
        let eager = self.eager.clone().permuted_axes(axes.clone());
        self.then(format!("permuted_axes({axes:?})"), self.lazy.permuted_axes(axes), eager)
    }

    fn reshape(&self, rng: &mut Rng) -> Self {
        let shape = random_shape_of(self.eager.len(), rng);
        let eager = self.eager.to_shape(shape.clone()).expect("as many elements").to_owned();
        if rng.below(2) == 0 {
            return self.then(format!("reshape({shape:?})"), self.lazy.reshape(shape), eager);
        }
        let chunks = chunks_of(&shape, rng);
        let lazy = self.lazy.reshape(shape.clone().chunked(chunks.clone()));
        self.then(format!("reshape({shape:?}, {chunks:?})"), lazy, eager)
    }

    fn broadcast(&self, rng: &mut Rng) -> Self {
        let mut shape: Vec<usize> =
            self.eager.shape().iter().map(|&n| if n == 1 { 1 + rng.below(4) } else { n }).collect();
        if shape.len() < 5 && rng.below(2) == 0 {
            shape.insert(0, rng.below(4));
        }
        if shape.iter().product::<usize>() > LARGEST {
            return self.clone();
        }
        let eager = self.eager.broadcast(shape.clone()).expect("only ones are repeated").to_owned();
        let chunks = chunks_of(&shape, rng);
        let lazy = self.lazy.broadcast(shape.clone().chunked(chunks));
        self.then(format!("broadcast({shape:?})"), lazy, eager)
    }

    fn concatenate(&self, rng: &mut Rng) -> Self {
        let axis = Axis(rng.below(self.eager.ndim()));
        if 3 * self.eager.len() > LARGEST {
            return self.clone();
        }
        let cut = rng.below(self.eager.len_of(axis) + 1) as isize;
        let slice = Slice::new(cut, None, 1);
        let lazy = self.lazy.slice_axis(axis, slice);
        let part =
            self.then(format!("slice_axis({cut}..)"), lazy, self.eager.slice_axis(axis, slice).to_owned());
        let parts = [&part, self, &part];
        let eager =
            ndarray::concatenate(axis, &parts.map(|p| p.eager.view())).expect("equal shapes but one axis");
        let lazy = concatenate(axis, &parts.map(|p| &p.lazy));
        self.then(format!("concatenate({axis:?}, [x[{cut}..], x, x[{cut}..]])"), lazy, eager)
    }

    /// The shape that both broadcast to, if they do and the result is not too large.
    pub fn common_shape<B: Element>(&self, other: &Pair<B>) -> Option<Vec<usize>> {
        let (a, b) = (self.eager.shape(), other.eager.shape());
        let ndim = a.len().max(b.len());
        let at = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(ndim).map_or(1, |k| shape[k]);
        let shape: Option<Vec<usize>> = (0..ndim)
            .map(|i| match (at(a, i), at(b, i)) {
                (x, y) if x == y || y == 1 => Some(x),
                (1, y) => Some(y),
                _ => None,
            })
            .collect();
        shape.filter(|shape| ndim <= 5 && shape.iter().product::<usize>() <= LARGEST)
    }

    /// What a function of two elements makes of the eager arrays, which broadcast to `shape`.
    pub fn zip<B: Element, C: Element>(
        &self,
        other: &Pair<B>,
        shape: &[usize],
        f: impl FnMut(&A, &B) -> C,
    ) -> ArrayD<C> {
        let a = self.eager.broadcast(shape).expect("the common shape");
        let b = other.eager.broadcast(shape).expect("the common shape");
        Zip::from(a).and(b).map_collect(f)
    }

    /// What a function of a lane makes of the eager array over `axes`, which stay with length one.
    pub fn fold<B: Element>(&self, axes: &[usize], f: impl Fn(&[A]) -> B) -> ArrayD<B> {
        let kept: Vec<usize> = (0..self.eager.ndim()).filter(|k| !axes.contains(k)).collect();
        let mut shape = self.eager.shape().to_vec();
        axes.iter().for_each(|&k| shape[k] = 1);
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        // Kept axes first, then reduced ones in order: each lane is then contiguous, in C order.
        let view = self.eager.view().permuted_axes([kept, sorted].concat());
        let elements: Vec<A> = view.iter().copied().collect();
        let cells: usize = shape.iter().product();
        let lane = elements.len().checked_div(cells).unwrap_or(0);
        let results = (0..cells).map(|i| f(&elements[i * lane..(i + 1) * lane])).collect();
        ArrayD::from_shape_vec(shape, results).expect("one result per cell")
    }
}
