// As top_k_merge.cu.
#include prelude.wgsl
#include wide.wgsl
#include keys.wgsl
#include top_k.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: Merge;

struct Merge {
    threads: i32,
    n: i32, runs: i32, width: i32, had: i32, keep: i32, to: i32,
}

fn run_length(run: i32) -> i32 {
    return min(min(p.n - run * p.width, p.width), p.had);
}

fn key_at(at: i32) -> Wide {
    return Wide(x[2 * at], x[2 * at + 1]);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let index = (block.x + block.y * grid.x) * 256u + thread;
    if index >= u32(p.threads) {
        return;
    }
    let at = i32(index);
    let place = at % p.had;
    let run = at / p.had % p.runs;
    let row = at / p.had / p.runs;
    if place >= run_length(run) {
        return;
    }
    let key = key_at(at);
    let other = run ^ 1;
    var low = 0;
    if other < p.runs {
        var high = run_length(other);
        while low < high {
            let middle = (low + high) / 2;
            if less_wide(key, key_at((row * p.runs + other) * p.had + middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
    }
    let to = place + low;
    if to < p.keep {
        store_key(p.to, (row * ((p.runs + 1) / 2) + run / 2) * p.keep + to, key);
    }
}
