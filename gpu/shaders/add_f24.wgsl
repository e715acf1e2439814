// As add_f24.cu.
#include prelude.wgsl
#include wide.wgsl
#include two_operands.wgsl

@group(0) @binding(3) var<storage, read> p: AddF24;

struct AddF24 {
    elements: i32,
    multiplier_a: array<u32, 2>, multiplier_b: array<u32, 2>, fixed: array<u32, 2>,
    zero_a: i32, zero_b: i32, shift: i32, zero_point: i32, lo: i32, hi: i32,
    operands: Broadcast,
}

fn result_type() -> i32 {
    return TYPE_I8;
}

fn value(at: i32) -> i32 {
    let a = widen(a_i8(operand_at(0, at)) - p.zero_a);
    let b = widen(b_i8(operand_at(1, at)) - p.zero_b);
    let ma = Wide(p.multiplier_a[0], p.multiplier_a[1]);
    let mb = Wide(p.multiplier_b[0], p.multiplier_b[1]);
    let t = round_24(sum_wide(product_wide(b, mb), Wide(p.fixed[0], p.fixed[1])));
    let v = round_even(round_24(sum_wide(product_wide(a, ma), t)), u32(p.shift));
    return clamp_wide(sum_wide(v, widen(p.zero_point)), p.lo, p.hi);
}
