// As unary.cu.
#include prelude.wgsl
#include wide.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: Unary;

struct Unary {
    elements: i32, op: i32, from_type: i32, to: i32,
    bits: i32, round: i32,
}

fn result_type() -> i32 {
    return p.to;
}

// Neg, Abs, shifts to the left and to the right; the results fit.
fn value(at: i32) -> i32 {
    let x = x_typed(p.from_type, at);
    switch p.op {
        case 0: { return -x; }
        case 1: { return abs(x); }
        case 2: { return x << u32(p.bits); }
        default: {
            if p.round != 0 {
                return i32(shift_rounded(widen(x), u32(p.bits)).x);
            }
            return x >> u32(p.bits);
        }
    }
}
