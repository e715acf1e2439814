// As rescale_row.cu.
#include prelude.wgsl
#include wide.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> row: array<u32>;
@group(0) @binding(2) var<storage, read_write> multiplier: array<u32>;
@group(0) @binding(3) var<storage, read_write> shift: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;
@group(0) @binding(5) var<storage, read> p: RescaleRow;

struct RescaleRow {
    elements: i32, n: i32, channels: i32, to: i32, row_shift: i32, zero_point: i32, lo: i32, hi: i32,
}

fn result_type() -> i32 {
    return p.to;
}

fn value(at: i32) -> i32 {
    let c = at % p.channels;
    let u = clamp_wide(q31s(x_i32(at), multiplier_i32(c), shift_i8(c)), -2147483647 - 1, 2147483647);
    return rescaled(u, row_i32(at / p.n), p.row_shift, p.zero_point, p.lo, p.hi);
}
