use std::collections::HashSet;

use super::*;

#[test]
fn every_definition_is_found_by_its_instructions_and_by_no_other_name() {
    let mut names = HashSet::new();
    for &definition in ELEMENTWISE {
        assert!(names.insert(definition.name), "{} is listed twice", definition.name);
        assert!(!definition.instances.is_empty() && !definition.summary.is_empty());
        for op in definition.instances {
            assert_eq!(op.name(), definition.name);
            assert!(std::ptr::eq(elementwise(op).unwrap(), definition), "{op:?} finds another definition");
            assert_eq!(cost(op), definition.cost);
        }
    }
    for &definition in REDUCTIONS {
        assert!(names.insert(definition.name), "{} is listed twice", definition.name);
        assert!(!definition.instances.is_empty() && !definition.summary.is_empty());
        for &op in definition.instances {
            assert_eq!(op.name(), definition.name);
            assert!(std::ptr::eq(reduction(op), definition), "{op:?} finds another definition");
        }
    }
}

#[test]
fn every_instruction_has_a_definition() {
    let unary = Unary::ALL.iter().map(|&op| Op::Unary(op));
    let binary = Binary::ALL.iter().map(|&op| Op::Binary(op));
    let ternary = Ternary::ALL.iter().map(|&op| Op::Ternary(op));
    let listed: HashSet<&Op> = ELEMENTWISE.iter().flat_map(|d| d.instances).collect();
    for op in unary.chain(binary).chain(ternary) {
        assert!(listed.contains(&op), "{op:?} is no instance of its definition");
    }
}

#[test]
fn operand_types_are_those_of_the_kernels() {
    for definition in ELEMENTWISE {
        for (dtype, op) in
            DType::ALL.into_iter().flat_map(|t| definition.instances.iter().map(move |op| (t, op)))
        {
            let defined = op.result(&definition.operand_types(dtype)).is_some();
            assert_eq!(definition.operands.contains(dtype), defined, "{op:?} of {dtype}");
        }
    }
    for definition in REDUCTIONS {
        for (dtype, &op) in
            DType::ALL.into_iter().flat_map(|t| definition.instances.iter().map(move |op| (t, op)))
        {
            assert_eq!(definition.operands.contains(dtype), op.result(dtype).is_some(), "{op:?} of {dtype}");
        }
    }
}

#[test]
fn operands_are_named_for_messages() {
    assert_eq!(
        elementwise(&Op::Unary(Unary::Cos)).unwrap().operands.to_string(),
        "floats or complex numbers"
    );
}
