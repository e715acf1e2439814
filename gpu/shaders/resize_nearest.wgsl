// As resize_nearest.cu.
#include prelude.wgsl
#include divisor.wgsl
#include zoom.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: ResizeNearest;

struct ResizeNearest {
    units: i32, unit: i32,
    pixel: Divisor, columns: Divisor, rows: Divisor,
    vertical: Zoom, horizontal: Zoom,
}

fn unit_at(at: i32) -> vec4<u32> {
    let position = at / p.pixel.size;
    let image = position / p.columns.size / p.rows.size;
    let v = located(p.vertical, position / p.columns.size % p.rows.size);
    let h = located(p.horizontal, position % p.columns.size);
    let i = select(v.low, v.high, 2 * v.f >= p.vertical.n);
    let j = select(h.low, h.high, 2 * h.f >= p.horizontal.n);
    let row = image * p.vertical.size + i;
    return x_unit(p.unit, (row * p.horizontal.size + j) * p.pixel.size + at % p.pixel.size);
}
