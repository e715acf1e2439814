// As depthwise_conv2d_s16_s8_s32.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> weight: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: Depthwise;

struct Depthwise {
    elements: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32,
    stride_h: i32, stride_w: i32, dilation_h: i32, dilation_w: i32, top: i32, left: i32,
    zero_point: i32,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn value(at: i32) -> i32 {
    let c = at % p.c;
    let position = at / p.c;
    let j0 = position % p.ow * p.stride_w - p.left;
    let i0 = position / p.ow % p.oh * p.stride_h - p.top;
    let image = position / p.ow / p.oh * p.h * p.w * p.c;

    var sum = bias_i32(c);
    for (var u = 0; u < p.kh; u++) {
        let i = i0 + u * p.dilation_h;
        if i < 0 || i >= p.h {
            continue;
        }
        for (var v = 0; v < p.kw; v++) {
            let j = j0 + v * p.dilation_w;
            if j < 0 || j >= p.w {
                continue;
            }
            sum += weight_i8((u * p.kw + v) * p.c + c) * (x_i16(image + (i * p.w + j) * p.c + c) - p.zero_point);
        }
    }
    return sum;
}
