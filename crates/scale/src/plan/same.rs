use super::{Plan, TypeId, op::Op};
use std::collections::HashSet;

/// Whether two types are read alike and have the same names of fields and variants inside.
pub(super) fn same_layout(ops: &[Op], left: TypeId, right: TypeId) -> bool {
    left == right || same(ops, left, ops, right, HashSet::new())
}

/// The same for types of two plans, where some pairs inside are taken to be alike unseen.
pub(crate) fn same_in(
    left_plan: &Plan,
    left: TypeId,
    right_plan: &Plan,
    right: TypeId,
    assumed: &[(TypeId, TypeId)],
) -> bool {
    let seen = assumed.iter().map(|(left, right)| (left.0, right.0)).collect();
    same(&left_plan.ops, left, &right_plan.ops, right, seen)
}

fn same(
    left_ops: &[Op],
    left: TypeId,
    right_ops: &[Op],
    right: TypeId,
    // Types may contain themselves: what was compared, or is about to be, is not compared again.
    mut seen: HashSet<(u32, u32)>,
) -> bool {
    let mut open = vec![(left.0, right.0)];
    while let Some((left, right)) = open.pop() {
        if !seen.insert((left, right)) {
            continue;
        }
        match (left_ops.get(left as usize), right_ops.get(right as usize)) {
            (Some(left), Some(right)) if same_outside(left, right, &mut open) => {}
            _ => return false,
        }
    }
    true
}

/// Compares everything but the types inside, which are added to those still to compare.
fn same_outside(left: &Op, right: &Op, inside: &mut Vec<(u32, u32)>) -> bool {
    let mut all = |left: &[u32], right: &[u32]| {
        inside.extend(left.iter().copied().zip(right.iter().copied()));
        left.len() == right.len()
    };
    match (left, right) {
        (Op::Integer(a), Op::Integer(b)) | (Op::Compact(a), Op::Compact(b)) => a == b,
        (Op::Bool, Op::Bool) | (Op::Char, Op::Char) | (Op::Str, Op::Str) | (Op::Account, Op::Account) => true,
        (Op::Bytes { .. }, Op::Bytes { .. }) => true,
        (Op::ByteArray { len: a, .. }, Op::ByteArray { len: b, .. }) => a == b,
        (
            Op::Integers { number: a, compact: compact_a, .. },
            Op::Integers { number: b, compact: compact_b, .. },
        ) => (a, compact_a) == (b, compact_b),
        (Op::Sequence(a), Op::Sequence(b)) => all(&[*a], &[*b]),
        (Op::Array { element: a, len: len_a }, Op::Array { element: b, len: len_b }) => {
            all(&[*a], &[*b]) && len_a == len_b
        }
        (Op::Tuple(a), Op::Tuple(b)) => all(a, b),
        (Op::Struct(a), Op::Struct(b)) => a.shape == b.shape && all(&a.fields, &b.fields),
        (Op::Enum(a), Op::Enum(b)) => {
            a.variants.len() == b.variants.len()
                && a.is_address == b.is_address
                && (a.variants.iter().zip(&b.variants))
                    .all(|(a, b)| a.shape == b.shape && all(&a.fields, &b.fields))
        }
        (Op::Option { inner: a, .. }, Op::Option { inner: b, .. }) => all(&[*a], &[*b]),
        (
            Op::Bits { word: a, most_significant_first: order_a },
            Op::Bits { word: b, most_significant_first: order_b },
        ) => (a, order_a) == (b, order_b),
        _ => false,
    }
}
