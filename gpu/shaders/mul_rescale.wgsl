// As mul_rescale.cu.
#include prelude.wgsl
#include wide.wgsl
#include two_operands.wgsl

@group(0) @binding(3) var<storage, read> p: MulRescale;

struct MulRescale {
    elements: i32, from_a: i32, from_b: i32, to: i32,
    zero_a: i32, zero_b: i32, multiplier: i32, shift: i32, zero_point: i32, lo: i32, hi: i32,
    operands: Broadcast,
}

fn result_type() -> i32 {
    return p.to;
}

// The product fits, so what its factors wrap by does not matter.
fn value(at: i32) -> i32 {
    let a = a_typed(p.from_a, operand_at(0, at)) - p.zero_a;
    let b = b_typed(p.from_b, operand_at(1, at)) - p.zero_b;
    return rescaled(a * b, p.multiplier, p.shift, p.zero_point, p.lo, p.hi);
}
