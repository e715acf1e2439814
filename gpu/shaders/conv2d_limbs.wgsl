// SPEC.md Conv2d with groups or of i16: as `conv2d_limbs.cuh`. The shader gives `element(at)`, an element of x, and
// `offset()`, which the host has added to it in the bias, since limbs are without.
#include tile_wide.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: Conv;

struct Conv {
    rows: i32, o: i32, ldw: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32,
    stride_h: i32, stride_w: i32, dilation_h: i32, dilation_w: i32, top: i32, left: i32,
    zero_point: i32, groups: i32, parts: i32,
}

var<private> m0: i32;
var<private> n0: i32;  // in the group
var<private> group: i32;
var<private> part: i32;

fn begin(block: i32) -> bool {
    let tiles_n = (p.o / p.groups + TILE - 1) / TILE;
    let tiles = p.groups * tiles_n;
    let blocks = (p.rows + TILE - 1) / TILE * tiles;
    m0 = block % blocks / tiles * TILE;
    n0 = block % tiles_n * TILE;
    group = block % tiles / tiles_n;
    part = min(block / blocks, p.parts - 1);
    return block / blocks < p.parts;
}

fn range() -> Part {
    return part_of(part, p.parts, p.ldw, TILE_DEPTH);
}

fn w_along() -> bool {
    return true;
}

// Beyond k the weights are zeros.
fn x_element(row: i32, k: i32) -> i32 {
    let m = m0 + row;
    let c = p.c / p.groups;
    if m >= p.rows || k >= p.kh * p.kw * c {
        return 0;
    }
    let position = m % (p.oh * p.ow);
    let window = k / c;
    let i = position / p.ow * p.stride_h - p.top + window / p.kw * p.dilation_h;
    let j = position % p.ow * p.stride_w - p.left + window % p.kw * p.dilation_w;
    if i < 0 || i >= p.h || j < 0 || j >= p.w {
        return p.zero_point - offset();
    }
    return element(((m / (p.oh * p.ow) * p.h + i) * p.w + j) * p.c + group * c + k % c) - offset();
}

fn w_element(column: i32, k: i32) -> i32 {
    if n0 + column >= p.o / p.groups {
        return 0;
    }
    return w_i8((group * (p.o / p.groups) + n0 + column) * p.ldw + k);
}

fn keep(row: i32, column: i32, sum: i32) {
    if m0 + row < p.rows && n0 + column < p.o / p.groups {
        let o = group * (p.o / p.groups) + n0 + column;
        y[(part * p.rows + m0 + row) * p.o + o] = u32(sum + bias_i32(o));
    }
}
