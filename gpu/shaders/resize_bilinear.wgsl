// As resize_bilinear.cu.
#include prelude.wgsl
#include divisor.wgsl
#include zoom.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: ResizeBilinear;

struct ResizeBilinear {
    elements: i32, kind: i32,
    channels: Divisor, columns: Divisor, rows: Divisor,
    vertical: Zoom, horizontal: Zoom,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn pixel(image: i32, i: i32, j: i32, c: i32) -> i32 {
    return x_typed(p.kind, ((image * p.vertical.size + i) * p.horizontal.size + j) * p.channels.size + c);
}

fn value(at: i32) -> i32 {
    let c = at % p.channels.size;
    let position = at / p.channels.size;
    let image = position / p.columns.size / p.rows.size;
    let v = located(p.vertical, position / p.columns.size % p.rows.size);
    let h = located(p.horizontal, position % p.columns.size);
    let left = p.horizontal.n - h.f;
    let top = p.vertical.n - v.f;
    return pixel(image, v.low, h.low, c) * (top * left) + pixel(image, v.low, h.high, c) * (top * h.f) +
           pixel(image, v.high, h.low, c) * (v.f * left) + pixel(image, v.high, h.high, c) * (v.f * h.f);
}
