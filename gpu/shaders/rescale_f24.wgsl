// As rescale_f24.cu.
#include prelude.wgsl
#include wide.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> multiplier: array<u32>;
@group(0) @binding(2) var<storage, read_write> shift: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: RescaleF24;

struct RescaleF24 {
    elements: i32, channels: i32, from_type: i32, to: i32, offset: i32, zero_point: i32, lo: i32, hi: i32,
}

fn result_type() -> i32 {
    return p.to;
}

fn value(at: i32) -> i32 {
    let c = at % p.channels;
    return rescaled_f24(x_typed(p.from_type, at), multiplier_i32(c), shift_i8(c), p.offset, p.zero_point, p.lo, p.hi);
}
