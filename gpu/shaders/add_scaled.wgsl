// As add_scaled.cu.
#include prelude.wgsl
#include wide.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: AddScaled;

struct AddScaled {
    elements: i32, from_a: i32, from_b: i32, to: i32,
    multiplier_a: i32, multiplier_b: i32, zero_a: i32, zero_b: i32, shift: i32, zero_point: i32, lo: i32, hi: i32,
}

fn result_type() -> i32 {
    return p.to;
}

fn value(at: i32) -> i32 {
    return added_scaled(a_typed(p.from_a, at) - p.zero_a, p.multiplier_a, b_typed(p.from_b, at) - p.zero_b,
                        p.multiplier_b, p.shift, p.zero_point, p.lo, p.hi);
}
