// As gemv_s8_s8_s32.cu.
#include linear.wgsl

@group(0) @binding(7) var<storage, read> p: Gemm;

struct Gemm {
    m: i32, n: i32, k: i32, ldw: i32, parts: i32,
    tail: Tail,
}

const MOST_ROWS = 8;

var<workgroup> partials: array<i32, 256>;

// 32 threads take a row of w, and multiply it with all rows of x.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let lane = i32(thread) % 32;
    let index = i32(block.x + block.y * grid.x);
    let across = (p.n + 7) / 8;
    let n = index % across * 8 + i32(thread) / 32;
    let there = n < p.n && index / across < p.parts;
    let part = part_of(min(index / across, p.parts - 1), p.parts, p.ldw, 128);
    let count = min(p.m, MOST_ROWS);
    var sums: array<i32, 8>;
    // The last word of a row of x may hold more than the row, where weights are zero.
    for (var k = part.begin + 4 * lane; there && k < min(part.end, p.k); k += 128) {
        let word = w[(n * p.ldw + k) / 4];
        for (var m = 0; m < count; m++) {
            sums[m] += dot4I8Packed(word, x_bytes(u32(m * p.k + k)));
        }
    }
    for (var m = 0; m < count; m++) {
        partials[thread] = sums[m];
        for (var half = 16; half > 0; half /= 2) {
            workgroupBarrier();
            if lane < half {
                partials[thread] += partials[i32(thread) + half];
            }
        }
        if there && lane == 0 {
            let at = (index / across * p.m + m) * p.n + n;
            y_set(p.tail.to, at, tail_value(at, n, partials[thread] + bias_i32(n)));
        }
        workgroupBarrier();
    }
}
