// SPEC.md ConvTranspose2d, one thread an element: the taps that do not reach it are passed over, where
// `conv_transpose2d.cuh` sorts results into phases. The shader gives `element(at)`, an element of x.
#include words.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: ConvTranspose;

struct ConvTranspose {
    rows: i32, o: i32,  // rows: positions of the largest phase, over the batch
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32,
    stride_h: i32, stride_w: i32, dilation_h: i32, dilation_w: i32, top: i32, left: i32,
    zero_point: i32,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn element_count() -> i32 {
    let phase = ((p.oh + p.stride_h - 1) / p.stride_h) * ((p.ow + p.stride_w - 1) / p.stride_w);
    return p.rows / phase * p.oh * p.ow * p.o;
}

fn value(at: i32) -> i32 {
    let o = at % p.o;
    let j = at / p.o % p.ow + p.left;
    let i = at / p.o / p.ow % p.oh + p.top;
    let image = at / p.o / p.ow / p.oh * p.h;
    var sum = bias_i32(o);
    for (var u = 0; u < p.kh; u++) {
        let down = i - u * p.dilation_h;
        if down < 0 || down % p.stride_h != 0 || down / p.stride_h >= p.h {
            continue;
        }
        for (var v = 0; v < p.kw; v++) {
            let across = j - v * p.dilation_w;
            if across < 0 || across % p.stride_w != 0 || across / p.stride_w >= p.w {
                continue;
            }
            let from_x = ((image + down / p.stride_h) * p.w + across / p.stride_w) * p.c;
            let from_w = ((o * p.kh + u) * p.kw + v) * p.c;
            for (var c = 0; c < p.c; c++) {
                sum += w_i8(from_w + c) * (element(from_x + c) - p.zero_point);
            }
        }
    }
    return sum;
}
