// As batch_matmul_s16_s8_s32.cu.
#include prelude.wgsl
#include batch_matmul.wgsl

@group(0) @binding(0) var<storage, read_write> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn a_element(at: i32) -> i32 {
    return a_i16(at);
}

fn b_element(at: i32) -> i32 {
    return b_i8(at);
}
