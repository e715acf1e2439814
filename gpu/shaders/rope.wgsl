// As rope.cu.
#include prelude.wgsl
#include divisor.wgsl
#include wide.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> position: array<u32>;
@group(0) @binding(2) var<storage, read_write> cosines: array<u32>;
@group(0) @binding(3) var<storage, read_write> sines: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read> p: Rope;

struct Rope {
    pairs: i32, kind: i32, position_type: i32, interleaved: i32,
    lo: i32, hi: i32,
    half: Divisor,
    rows: Divisor,
    groups: Divisor,
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let index = (block.x + block.y * grid.x) * 256u + thread;
    if index >= u32(p.pairs) {
        return;
    }
    let half = p.half.size;
    let i = i32(index) % half;
    let row = i32(index) / half;
    let run = row / p.rows.size / p.groups.size;
    let turned = p.interleaved != 0;
    let first = row * half * 2 + select(i, 2 * i, turned);
    let second = first + select(half, 1, turned);
    let angle = position_typed(p.position_type, run * p.rows.size + row % p.rows.size) * half + i;
    let cosine = cosines_i16(angle);
    let sine = sines_i16(angle);
    let a = x_typed(p.kind, first);
    let b = x_typed(p.kind, second);
    let u = shift_rounded(difference_wide(product(a, cosine), product(b, sine)), 15u);
    let v = shift_rounded(sum_wide(product(b, cosine), product(a, sine)), 15u);
    y_set(p.kind, first, clamp_wide(u, p.lo, p.hi));
    y_set(p.kind, second, clamp_wide(v, p.lo, p.hi));
}
