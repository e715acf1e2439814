// As table16.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> table: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: Table16;

struct Table16 {
    elements: i32,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn value(at: i32) -> i32 {
    let x = x_i16(at);
    let i = (x >> 7u) + 256;
    let low = table_i16(i);
    return low * 128 + (table_i16(i + 1) - low) * (x & 127);
}
