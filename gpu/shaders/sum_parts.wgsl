// As sum_parts.cu.
#include prelude.wgsl
#include wide.wgsl
#include tail.wgsl

@group(0) @binding(0) var<storage, read_write> parts: array<u32>;
@group(0) @binding(1) var<storage, read_write> bias: array<u32>;
@group(0) @binding(2) var<storage, read_write> scale: array<u32>;
@group(0) @binding(3) var<storage, read_write> table: array<u32>;
@group(0) @binding(4) var<storage, read_write> residual: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read> p: SumParts;

struct SumParts {
    results: i32, n: i32, parts: i32,
    tail: Tail,
}

var<workgroup> partials: array<i32, 256>;

// 32 threads take a result.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let lane = i32(thread) % 32;
    let at = i32(block.x + block.y * grid.x) * 8 + i32(thread) / 32;
    var sum = 0;
    for (var part = lane; at < p.results && part < p.parts; part += 32) {
        sum += parts_i32(part * p.results + at);
    }
    partials[thread] = sum;
    for (var half = 16; half > 0; half /= 2) {
        workgroupBarrier();
        if lane < half {
            partials[thread] += partials[i32(thread) + half];
        }
    }
    if at < p.results && lane == 0 {
        let channel = at % p.n;
        y_set(p.tail.to, at, tail_value(at, channel, partials[thread] + bias_i32(channel)));
    }
}
