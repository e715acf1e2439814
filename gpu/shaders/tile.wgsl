// The tiled product behind GEMM and implicit-GEMM convolution: y[m, n] = tail(bias[n] + sum_k x[m, k] * w[n, k]).
//
// As `tile.cuh`: a block of 256 threads owns a 64 x 64 tile of y and walks k in steps of 32 bytes. The shader
// gives `Row`, `row_at(m)` and `row_word(row, k)`, the bytes k..k+4 of a row, `rows()`, `columns()`, and the fields ldw
// and parts.
const TILE = 64;
const TILE_WORDS = 8;
// An odd pitch spreads a column over the banks.
const TILE_PITCH = 9;

var<workgroup> tile_x: array<u32, 576>;
var<workgroup> tile_w: array<u32, 576>;

var<private> result: i32;  // where the part's result begins in y

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block_id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread_id: u32) {
    let block = i32(block_id.x + block_id.y * grid.x);
    let thread = i32(thread_id);
    let column_tiles = (columns() + TILE - 1) / TILE;
    let tiles = (rows() + TILE - 1) / TILE * column_tiles;
    let m0 = block % tiles / column_tiles * TILE;
    let n0 = block % column_tiles * TILE;
    if block / tiles >= p.parts {
        return;
    }
    let part = part_of(block / tiles, p.parts, p.ldw, 4 * TILE_WORDS);
    result = block / tiles * rows() * columns();

    // This thread always fills the same word of the same two rows.
    let word = thread % TILE_WORDS;
    let r0 = thread / TILE_WORDS;
    let r1 = r0 + 32;
    let source0 = row_at(min(m0 + r0, rows() - 1));
    let source1 = row_at(min(m0 + r1, rows() - 1));
    // Rows and columns beyond the matrix repeat the last one; nothing of them is kept.
    let w0 = min(n0 + r0, columns() - 1) * p.ldw;
    let w1 = min(n0 + r1, columns() - 1) * p.ldw;

    // Thread (ty, tx) of 16 x 16 owns rows 4 * ty.. and columns 4 * tx..
    let ty = thread / 16 * 4;
    let tx = thread % 16 * 4;
    var sums0 = vec4<i32>();
    var sums1 = vec4<i32>();
    var sums2 = vec4<i32>();
    var sums3 = vec4<i32>();
    for (var k0 = part.begin; k0 < part.end; k0 += 4 * TILE_WORDS) {
        let k = k0 + 4 * word;
        tile_x[r0 * TILE_PITCH + word] = row_word(source0, k);
        tile_x[r1 * TILE_PITCH + word] = row_word(source1, k);
        tile_w[r0 * TILE_PITCH + word] = w[(w0 + k) / 4];
        tile_w[r1 * TILE_PITCH + word] = w[(w1 + k) / 4];
        workgroupBarrier();
        for (var i = 0; i < TILE_WORDS; i++) {
            let b = vec4<u32>(tile_w[tx * TILE_PITCH + i], tile_w[(tx + 1) * TILE_PITCH + i],
                              tile_w[(tx + 2) * TILE_PITCH + i], tile_w[(tx + 3) * TILE_PITCH + i]);
            sums0 += dots(tile_x[ty * TILE_PITCH + i], b);
            sums1 += dots(tile_x[(ty + 1) * TILE_PITCH + i], b);
            sums2 += dots(tile_x[(ty + 2) * TILE_PITCH + i], b);
            sums3 += dots(tile_x[(ty + 3) * TILE_PITCH + i], b);
        }
        workgroupBarrier();
    }
    keep(m0 + ty, n0 + tx, sums0);
    keep(m0 + ty + 1, n0 + tx, sums1);
    keep(m0 + ty + 2, n0 + tx, sums2);
    keep(m0 + ty + 3, n0 + tx, sums3);
}

fn dots(a: u32, b: vec4<u32>) -> vec4<i32> {
    return vec4<i32>(dot4I8Packed(a, b.x), dot4I8Packed(a, b.y), dot4I8Packed(a, b.z), dot4I8Packed(a, b.w));
}

// Row m, columns n..n+4, of which those beyond the matrix are left out; n is a multiple of four.
fn keep(m: i32, n: i32, sums: vec4<i32>) {
    if m >= rows() || n >= columns() {
        return;
    }
    let first = result + m * columns() + n;
    let count = min(columns() - n, 4);
    var v = vec4<i32>();
    for (var i = 0; i < count; i++) {
        v[i] = tail_value(first + i, n + i, sums[i] + bias_i32(n + i));
    }
    if p.tail.to == TYPE_I8 && count == 4 && first % 4 == 0 {
        atomicStore(&y[first / 4], placed(TYPE_I8, 0u, v.x) | placed(TYPE_I8, 1u, v.y) |
                                   placed(TYPE_I8, 2u, v.z) | placed(TYPE_I8, 3u, v.w));
        return;
    }
    for (var i = 0; i < count; i++) {
        y_set(p.tail.to, first + i, v[i]);
    }
}
