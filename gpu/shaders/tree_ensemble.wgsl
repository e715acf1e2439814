// As tree_ensemble.cu.
#include prelude.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> nodes: array<u32>;
@group(0) @binding(2) var<storage, read_write> roots: array<u32>;
@group(0) @binding(3) var<storage, read_write> leaves: array<u32>;
@group(0) @binding(4) var<storage, read_write> bias: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<u32>;
@group(0) @binding(6) var<storage, read> p: TreeEnsemble;

struct TreeEnsemble {
    blocks: i32,
    rows: i32, features: i32, trees: i32, c: i32, kind: i32,
    lanes: i32, classes: i32,
}

var<workgroup> shared_words: array<i32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block_id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread_id: u32) {
    let thread = i32(thread_id);
    let block = i32(block_id.x + block_id.y * grid.x);
    let lane = thread % p.lanes;
    let slots = 256 / p.lanes;
    let parts = (p.c + p.classes - 1) / p.classes;
    let units = p.rows * parts;
    let run_blocks = (units + slots - 1) / slots;
    let unit = block % run_blocks * slots + thread / p.lanes;
    let there = unit < units && block < p.blocks;
    let row = block / run_blocks * p.rows + unit / parts;
    let c = unit % parts * p.classes + lane % p.classes;
    let mine = thread / p.lanes * p.lanes;

    var sum = 0;
    for (var first = 0; first < p.trees; first += p.lanes) {
        if there && first + lane < p.trees {
            var at = roots_i32(first + lane);
            while at >= 0 {
                let v = x_typed(p.kind, row * p.features + nodes_i32(4 * at));
                at = nodes_i32(4 * at + 2 + select(0, 1, v > nodes_i32(4 * at + 1)));
            }
            shared_words[mine + lane] = ~at;
        }
        workgroupBarrier();
        if there && c < p.c {
            for (var tree = lane / p.classes; tree < p.lanes && first + tree < p.trees; tree += p.lanes / p.classes) {
                sum += leaves_i32(shared_words[mine + tree] * p.c + c);
            }
        }
        workgroupBarrier();
    }
    shared_words[mine + lane] = sum;
    for (var half = p.lanes / 2; half >= p.classes; half /= 2) {
        workgroupBarrier();
        if lane < half {
            sum += shared_words[mine + lane + half];
            shared_words[mine + lane] = sum;
        }
    }
    if there && lane < p.classes && c < p.c {
        y[row * p.c + c] = u32(sum + bias_i32(c));
    }
}
