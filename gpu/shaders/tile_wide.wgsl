// The tiled product of elements wider than a byte, each in a word: y[m, n] = sum_k x[m, k] * w[n, k], wrapping. A block
// of 256 threads owns a 64 x 64 tile of y and walks k in steps of 16. The limbs of `limbs.cuh` are for packed products;
// here plain ones take the numbers as they are.
//
// The shader gives `begin(block)`, whether there is such a block, after which `x_element(row, k)` and
// `w_element(column, k)` are the tile's, 0 beyond k; `range()`, the part of k; `w_along()`, whether neighbouring k are
// neighbours in w; and `keep(row, column, sum)`.
#include parts.wgsl

const TILE = 64;
const TILE_DEPTH = 16;
// An odd pitch spreads a column over the banks.
const TILE_PITCH = 17;

var<workgroup> tile_x: array<i32, 1088>;
var<workgroup> tile_w: array<i32, 1088>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread_id: u32) {
    let thread = i32(thread_id);
    let there = begin(i32(block.x + block.y * grid.x));
    let ty = thread / 16 * 4;
    let tx = thread % 16;
    var sums: array<vec4<i32>, 4>;
    let part = range();
    for (var k0 = part.begin; k0 < part.end; k0 += TILE_DEPTH) {
        for (var i = 0; i < 4; i++) {
            let row = thread / TILE_DEPTH + 16 * i;
            let k = thread % TILE_DEPTH;
            tile_x[row * TILE_PITCH + k] = x_element(row, k0 + k);
            if w_along() {
                tile_w[row * TILE_PITCH + k] = w_element(row, k0 + k);
            } else {
                let column = thread % TILE;
                let deep = thread / TILE + 4 * i;
                tile_w[column * TILE_PITCH + deep] = w_element(column, k0 + deep);
            }
        }
        workgroupBarrier();
        for (var k = 0; k < TILE_DEPTH; k++) {
            let b = vec4<i32>(tile_w[tx * TILE_PITCH + k], tile_w[(tx + 16) * TILE_PITCH + k],
                              tile_w[(tx + 32) * TILE_PITCH + k], tile_w[(tx + 48) * TILE_PITCH + k]);
            for (var i = 0; i < 4; i++) {
                sums[i] += tile_x[(ty + i) * TILE_PITCH + k] * b;
            }
        }
        workgroupBarrier();
    }
    if !there {
        return;
    }
    for (var i = 0; i < 4; i++) {
        for (var j = 0; j < 4; j++) {
            keep(ty + i, tx + 16 * j, sums[i][j]);
        }
    }
}
