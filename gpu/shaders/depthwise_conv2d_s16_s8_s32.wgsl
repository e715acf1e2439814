// As depthwise_conv2d_s16_s8_s32.cu.
#include prelude.wgsl
#include depthwise_conv2d.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> weight: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: Depthwise;

struct Depthwise {
    elements: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32,
    stride_h: i32, stride_w: i32, dilation_h: i32, dilation_w: i32, top: i32, left: i32,
    zero_point: i32, parts: i32,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn element(at: i32) -> i32 {
    return x_i16(at);
}

fn value(index: i32) -> i32 {
    return depthwise_sum(index);
}
