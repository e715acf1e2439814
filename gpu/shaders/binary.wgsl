// As binary.cu.
#include prelude.wgsl
#include two_operands.wgsl

@group(0) @binding(3) var<storage, read> p: Binary;

struct Binary {
    elements: i32, op: i32, from_a: i32, from_b: i32, to: i32,
    operands: Broadcast,
}

fn result_type() -> i32 {
    return p.to;
}

// Add, Sub, Mul, Max, Min, equal, greater, greater or equal.
fn value(at: i32) -> i32 {
    let a = a_typed(p.from_a, operand_at(0, at));
    let b = b_typed(p.from_b, operand_at(1, at));
    switch p.op {
        case 0: { return a + b; }
        case 1: { return a - b; }
        case 2: { return a * b; }
        case 3: { return max(a, b); }
        case 4: { return min(a, b); }
        case 5: { return select(0, 1, a == b); }
        case 6: { return select(0, 1, a > b); }
        default: { return select(0, 1, a >= b); }
    }
}
