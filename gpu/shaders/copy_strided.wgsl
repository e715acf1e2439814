// As copy_strided.cu.
#include prelude.wgsl
#include divisor.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> p: CopyStrided;

struct CopyStrided {
    units: i32, unit: i32, rank: i32,
    x_item: i32, y_item: i32, from_unit: i32, to_unit: i32,
    axes: array<Axis, 12>,
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let index = (block.x + block.y * grid.x) * 256u + thread;
    if index >= u32(p.units) {
        return;
    }
    var left = i32(index);
    var from_unit = p.from_unit;
    var to_unit = p.to_unit;
    for (var d = 0; d < p.rank; d++) {
        let size = p.axes[d].positions.size;
        let i = left % size;
        left /= size;
        from_unit += i * p.axes[d].from_step;
        to_unit += i * p.axes[d].to_step;
    }
    y_set_unit(p.unit, to_unit + left * p.y_item, x_unit(p.unit, from_unit + left * p.x_item));
}
