//! Which instructions exist, and for which types.

use std::collections::HashSet;

use super::*;

/// Every instruction but closures.
fn every_op() -> Vec<Op> {
    let mut ops: Vec<Op> = Unary::ALL.iter().map(|&op| Op::Unary(op)).collect();
    ops.extend(Binary::ALL.iter().map(|&op| Op::Binary(op)));
    ops.extend(Ternary::ALL.iter().map(|&op| Op::Ternary(op)));
    ops.extend(DType::ALL.map(Op::Cast));
    ops.extend([-3, -2, -1, 0, 1, 2, 3].map(Op::Powi));
    ops.push(Op::Copy);
    ops
}

/// Every list of up to three types.
fn every_operands() -> Vec<Vec<DType>> {
    let mut lists: Vec<Vec<DType>> = vec![Vec::new()];
    let mut longest = lists.clone();
    for _ in 0..3 {
        longest = longest
            .iter()
            .flat_map(|list| DType::ALL.map(|dtype| list.iter().copied().chain([dtype]).collect()))
            .collect();
        lists.extend(longest.iter().cloned());
    }
    lists
}

#[test]
fn what_has_a_type_has_code_and_nothing_else_has() {
    for op in every_op() {
        for operands in every_operands() {
            for isa in Isa::available() {
                let (result, code) = (op.result(&operands), code(&op, &operands, isa));
                assert_eq!(result.is_some(), code.is_some(), "{} of {operands:?}", op.name());
            }
        }
    }
}

#[test]
fn the_lists_of_instructions_are_complete_and_in_order() {
    assert!(Unary::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
    assert!(Binary::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
    assert!(Ternary::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
    let last = (Unary::Arg as usize, Binary::Complex as usize, Ternary::MulAdd as usize);
    assert_eq!(
        (Unary::ALL.len(), Binary::ALL.len(), Ternary::ALL.len()),
        (last.0 + 1, last.1 + 1, last.2 + 1)
    );
}

#[test]
fn names_are_lower_case_and_distinct() {
    let ops: Vec<Op> = every_op().into_iter().filter(|op| !matches!(op, Op::Cast(_) | Op::Powi(_))).collect();
    let names: HashSet<&str> = ops.iter().map(Op::name).collect();
    assert_eq!(names.len(), ops.len());
    assert!(names.iter().all(|name| name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))));
    assert_eq!((Op::Cast(DType::I8).name(), Op::Powi(2).name()), ("cast", "powi"));
}

#[test]
fn bool_has_logic_and_order_but_no_arithmetic() {
    let defined = |op: Op, count| op.result(&[DType::Bool; 2][..count]).is_some();
    let unary: Vec<Unary> = Unary::ALL.iter().copied().filter(|&op| defined(Op::Unary(op), 1)).collect();
    assert_eq!(unary, [Unary::Not, Unary::IsNan, Unary::IsInfinite, Unary::IsFinite]);
    let binary: Vec<Binary> = Binary::ALL.iter().copied().filter(|&op| defined(Op::Binary(op), 2)).collect();
    use Binary::*;
    assert_eq!(
        binary,
        [Maximum, Minimum, BitAnd, BitOr, BitXor, Eq, Neq, Lt, Le, Gt, Ge, LogicalAnd, LogicalOr, LogicalXor]
    );
    assert_eq!(Op::Powi(2).result(&[DType::Bool]), None);
}

#[test]
fn results_have_the_types_that_numpy_gives() {
    use DType::*;
    let unary = |op, dtype| Op::Unary(op).result(&[dtype]);
    assert_eq!(unary(Unary::Abs, C32), Some(F32));
    assert_eq!(unary(Unary::Abs, U8), Some(U8));
    assert_eq!(unary(Unary::Arg, C64), Some(F64));
    assert_eq!(unary(Unary::Arg, I32), Some(F64));
    assert_eq!(unary(Unary::Arg, F32), Some(F32));
    assert_eq!(unary(Unary::Im, C32), Some(F32));
    assert_eq!(unary(Unary::Im, I16), Some(I16));
    assert_eq!(unary(Unary::Floor, I16), Some(I16));
    assert_eq!(unary(Unary::Floor, C32), None);
    assert_eq!(unary(Unary::Sin, I32), None);
    assert_eq!(Op::Binary(Binary::Complex).result(&[F32, F32]), Some(C32));
    assert_eq!(Op::Binary(Binary::Add).result(&[F32, F64]), None);
    assert_eq!(Op::Ternary(Ternary::Select).result(&[Bool, C32, C32]), Some(C32));
    assert_eq!(Op::Ternary(Ternary::Select).result(&[I8, C32, C32]), None);
}
