// As scatter_winner.cu.
#include prelude.wgsl
#include divisor.wgsl

@group(0) @binding(0) var<storage, read_write> index: array<u32>;
@group(0) @binding(1) var<storage, read_write> winner: array<atomic<i32>>;
@group(0) @binding(2) var<storage, read> p: ScatterWinner;

struct ScatterWinner {
    indices: i32, kind: i32,
    rows: i32,
    group: Divisor,
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let at = (block.x + block.y * grid.x) * 256u + thread;
    if at >= u32(p.indices) {
        return;
    }
    let place = i32(at);
    atomicMax(&winner[place / p.group.size * p.rows + index_typed(p.kind, place)], place);
}
