// As cum_sum.cu.
#include prelude.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> pieces: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: CumSum;

struct CumSum {
    threads: i32,
    n: i32, inner: i32, splits: i32,
    kind: i32,
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let index = (block.x + block.y * grid.x) * 256u + thread;
    if index >= u32(p.threads) {
        return;
    }
    let at = i32(index);
    let outer = at / p.inner / p.splits;
    let piece = at / p.inner % p.splits;
    let inner = at % p.inner;
    let base = outer * p.n * p.inner + inner;
    let chunk = (p.n + p.splits - 1) / p.splits;
    var sum = 0;
    for (var i = 0; i < piece; i++) {
        // The low words of keys.
        sum += pieces_i32(2 * ((outer * p.inner + inner) * p.splits + i));
    }
    for (var i = piece * chunk; i < min(piece * chunk + chunk, p.n); i++) {
        sum += x_typed(p.kind, base + i * p.inner);
        y[base + i * p.inner] = u32(sum);
    }
}
