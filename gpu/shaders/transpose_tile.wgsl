// As transpose_tile.cu.
#include prelude.wgsl
#include divisor.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> p: TransposeTile;

struct TransposeTile {
    blocks: i32, unit: i32, rank: i32,
    x_item: i32, y_item: i32,
    columns: i32, rows: i32,
    from_row: i32, to_column: i32,
    axes: array<Axis, 6>,
}

const SIDE = 32;

// 32 rows of 32 and one word more, so that a column is in 32 different banks.
var<workgroup> tile: array<i32, 1056>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    var left = i32(block.x + block.y * grid.x);
    if left >= p.blocks {
        return;
    }
    var from_x = 0;
    var to_y = 0;
    var columns = 0;
    var rows = 0;
    for (var d = 0; d < p.rank; d++) {
        let size = p.axes[d].positions.size;
        let i = left % size;
        left /= size;
        from_x += i * p.axes[d].from_step;
        to_y += i * p.axes[d].to_step;
        if d == 0 {
            columns = p.columns - i * SIDE;
        }
        if d == 1 {
            rows = p.rows - i * SIDE;
        }
    }
    from_x += left * p.x_item;
    to_y += left * p.y_item;
    let kind = p.unit / 2;
    let lane = i32(thread) % SIDE;
    let first = i32(thread) / SIDE;
    for (var row = first; row < SIDE; row += 8) {
        if row < rows && lane < columns {
            tile[row * (SIDE + 1) + lane] = x_typed(kind, from_x + row * p.from_row + lane);
        }
    }
    workgroupBarrier();
    for (var column = first; column < SIDE; column += 8) {
        if column < columns && lane < rows {
            y_set(kind, to_y + column * p.to_column + lane, tile[lane * (SIDE + 1) + column]);
        }
    }
}
