//! Arrays whose type is only known at run time, so that tests can go through all types.

use std::sync::Arc;

use chunkwise_core::{AxisGrid, Block, Buffer, DType, Element, Grid, Scalar, Strides, dispatch};
use chunkwise_expr::Expr;
use ndarray::{ArrayD, IxDyn};

/// An array of any type, in C order.
#[derive(Clone, Debug)]
pub struct Values {
    /// Type of the elements.
    pub dtype: DType,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// The elements.
    pub elements: Vec<Scalar>,
}

/// How elements lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last axis is dense.
    C,
    /// The first axis is dense.
    Fortran,
    /// Every second element of every axis, from the back.
    Gaps,
}

impl Order {
    /// All of them.
    pub const ALL: [Order; 3] = [Order::C, Order::Fortran, Order::Gaps];

    /// Strides of an array of this shape, the offset of its first element, and how many elements it spans.
    fn layout(self, shape: &[usize]) -> (Strides, usize, usize) {
        let mut strides = Strides::from_elem(0, shape.len());
        let mut span = 1isize;
        let mut axes: Vec<usize> = (0..shape.len()).rev().collect();
        if self == Order::Fortran {
            axes.reverse();
        }
        let gap = if self == Order::Gaps { 2 } else { 1 };
        for k in axes {
            strides[k] = span * gap;
            span *= shape[k].max(1) as isize * gap;
        }
        if self != Order::Gaps {
            return (strides, 0, span as usize);
        }
        let last: isize = strides.iter().zip(shape).map(|(s, &n)| s * (n.max(1) as isize - 1)).sum();
        strides.iter_mut().for_each(|s| *s = -*s);
        (strides, last as usize, span as usize)
    }
}

impl Values {
    /// An array of these elements.
    ///
    /// # Panics
    /// If they are not as many as the shape says, or of several types.
    pub fn new(dtype: DType, shape: &[usize], elements: Vec<Scalar>) -> Self {
        assert_eq!(elements.len(), shape.iter().product::<usize>());
        assert!(elements.iter().all(|x| x.dtype() == dtype));
        Values { dtype, shape: shape.to_vec(), elements }
    }

    /// The elements of a row-major block.
    ///
    /// # Panics
    /// If it is not row-major.
    pub fn of_block(block: &Block) -> Self {
        dispatch!(block.dtype(), Element, T => {
            // SAFETY: the tests make blocks of written elements only.
            let elements = unsafe { block.as_slice::<T>() }.expect("a row-major block");
            Values::new(T::DTYPE, block.shape(), elements.iter().copied().map(Scalar::new).collect())
        })
    }

    /// The elements as an ndarray array.
    ///
    /// # Panics
    /// If `A` is not their type.
    pub fn array<A: Element>(&self) -> ArrayD<A> {
        let elements = self.elements.iter().map(|x| x.get().expect("the type of the elements")).collect();
        ArrayD::from_shape_vec(IxDyn(&self.shape), elements).expect("as many as the shape says")
    }

    /// The elements in memory, in this order.
    pub fn block(&self, order: Order) -> Block {
        let (strides, first, span) = order.layout(&self.shape);
        dispatch!(self.dtype, Element, T => {
            let mut memory = vec![T::default(); span];
            for (i, element) in self.elements.iter().enumerate() {
                let at = self.position(i).iter().zip(&strides).map(|(&p, s)| p as isize * s).sum::<isize>();
                memory[first.wrapping_add_signed(at)] = element.get().expect("the type of the elements");
            }
            let (ptr, bytes) = (memory.as_ptr().cast(), std::mem::size_of_val(&memory[..]));
            // SAFETY: the vector is neither written nor moved out of its allocation while the buffer holds it.
            let buffer = unsafe { Buffer::foreign(ptr, bytes, Arc::new(memory)) };
            // SAFETY: `layout` spans the elements that shape and strides reach.
            unsafe { Block::from_parts(Arc::new(buffer), first, T::DTYPE, self.shape[..].into(), strides) }
        })
    }

    /// An expression that reads the elements from memory in this order, in these chunks.
    pub fn expr(&self, chunks: &[Vec<usize>], order: Order) -> Expr {
        Expr::memory(self.block(order), Grid::new(chunks.iter().map(|sizes| AxisGrid::from_sizes(sizes))))
    }

    /// Position of element `index` in C order.
    fn position(&self, mut index: usize) -> Vec<usize> {
        let mut position = vec![0; self.shape.len()];
        for (p, &n) in position.iter_mut().zip(&self.shape).rev() {
            *p = index % n;
            index /= n;
        }
        position
    }

    /// What reduces to one cell over `axes`: the elements of each cell in C order, the cells in C order too.
    pub fn lanes(&self, axes: &[usize]) -> Vec<Vec<Scalar>> {
        let kept = |k: &usize| !axes.contains(k);
        let cells = (0..self.shape.len()).filter(kept).map(|k| self.shape[k]).product();
        let mut lanes = vec![Vec::new(); cells];
        for (i, &element) in self.elements.iter().enumerate() {
            let position = self.position(i);
            let cell =
                (0..self.shape.len()).filter(kept).fold(0, |cell, k| cell * self.shape[k] + position[k]);
            lanes[cell].push(element);
        }
        lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_hold_what_reduces_to_one_cell() {
        let values = Values::new(DType::I32, &[2, 3], (0..6).map(Scalar::new::<i32>).collect());
        let lane = |axes: &[usize], cell: usize| -> Vec<i32> {
            values.lanes(axes)[cell].iter().map(|x| x.get().unwrap()).collect()
        };
        assert_eq!(
            (lane(&[0], 1), lane(&[1], 1), lane(&[0, 1], 0)),
            (vec![1, 4], vec![3, 4, 5], (0..6).collect())
        );
        assert_eq!(Values::new(DType::I32, &[2, 0], vec![]).lanes(&[1]), [vec![], vec![]]);
    }

    #[test]
    fn orders_differ_in_memory_only() {
        for order in Order::ALL {
            let (strides, first, span) = order.layout(&[2, 3]);
            let mut reached: Vec<isize> =
                (0..6).map(|i| first as isize + (i / 3) * strides[0] + (i % 3) * strides[1]).collect();
            reached.sort_unstable();
            reached.dedup();
            assert!(
                reached.len() == 6 && reached[0] >= 0 && reached[5] < span as isize,
                "{order:?}: {reached:?}"
            );
        }
    }
}
