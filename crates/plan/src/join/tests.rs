use chunkwise_core::{AxisGrid, DType, Grid};

use super::*;
use crate::Storage;

/// An array of at most `rows` rows of three numbers.
fn array(rows: usize) -> Array {
    let grid = Grid::new([AxisGrid::whole(rows), AxisGrid::whole(3)]);
    let storage = Storage::Computed { grid, tasks: vec![0], slot: 0, returned: true };
    Array { dtype: DType::I64, shape: Shape::from_slice(&[rows, 3]), storage }
}

/// Rows that count on from a number, in memory for more of them.
fn rows(from: i64, count: usize) -> Block {
    let buffer = Block::uninit(DType::I64, &[count + 20, 3]).into_buffer();
    let block = Block::row_major(buffer, DType::I64, &[count, 3]);
    for i in 0..3 * count {
        // SAFETY: an element of the block.
        unsafe { block.as_mut_ptr().cast::<i64>().add(i).write(from + i as i64) };
    }
    block
}

fn numbers(block: &Block) -> Vec<i64> {
    // SAFETY: tests write every element.
    unsafe { block.as_slice::<i64>() }.unwrap().to_vec()
}

#[test]
fn units_are_joined_in_order_whenever_they_come() {
    let sizes = [2, 0, 5, 1, 3];
    let begins = [0, 6, 6, 21, 24];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 0, 4, 2, 3]] {
        for memory in [true, false] {
            let array = array(40);
            let mut join = Join::new(&array);
            if !memory {
                join.memory = None;
            }
            for unit in order {
                join.put(unit as u32, &rows(begins[unit], sizes[unit]));
            }
            assert_eq!(join.progress().waiting.is_empty(), memory);
            let block = join.finish();
            assert_eq!(block.shape(), [11, 3]);
            assert_eq!(numbers(&block), (0..33).collect::<Vec<i64>>());
            assert_eq!(block.buffer().bytes(), 33 * 8, "nothing is left over");
        }
    }
}

#[test]
fn what_waits_takes_no_more_memory_than_it_needs() {
    let array = array(40);
    let join = Join::new(&array);
    join.put(1, &rows(0, 2));
    assert_eq!(join.progress().waiting[&1].buffer().bytes(), 2 * 3 * 8);
    let full = rows(0, 30);
    assert_eq!(trimmed(&full).as_ptr(), full.as_ptr());
}

#[test]
fn nothing_is_joined_to_nothing() {
    let array = array(0);
    let join = Join::new(&array);
    assert_eq!(join.finish().shape(), [0, 3]);
}
