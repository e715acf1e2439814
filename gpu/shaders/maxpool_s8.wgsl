// As maxpool_s8.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: MaxPool;

struct MaxPool {
    elements: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32, stride_h: i32, stride_w: i32, top: i32, left: i32,
}

fn result_type() -> i32 {
    return TYPE_I8;
}

fn value(at: i32) -> i32 {
    let c = at % p.c;
    let position = at / p.c;
    let j0 = position % p.ow * p.stride_w - p.left;
    let i0 = position / p.ow % p.oh * p.stride_h - p.top;
    let image = position / p.ow / p.oh * p.h * p.w * p.c;

    var best = -128;
    for (var i = max(i0, 0); i < min(i0 + p.kh, p.h); i++) {
        for (var j = max(j0, 0); j < min(j0 + p.kw, p.w); j++) {
            best = max(best, x_i8(image + (i * p.w + j) * p.c + c));
        }
    }
    return best;
}
