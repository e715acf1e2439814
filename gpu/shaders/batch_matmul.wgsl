// SPEC.md BatchMatMul: as `batch_matmul.cuh`. The shader gives `a_element(at)` and `b_element(at)`, the struct by
// `shape()`, and `store(at, column, sum)`.
#include tile_wide.wgsl

struct BatchMatMul {
    blocks: i32, m: i32, n: i32, k: i32, zero_a: i32, zero_b: i32, transposed: i32, parts: i32,
}

var<private> q: BatchMatMul;

var<private> matrix: i32;
var<private> m0: i32;
var<private> n0: i32;
var<private> part: i32;

fn begin(block: i32) -> bool {
    q = shape();
    let tiles_n = (q.n + TILE - 1) / TILE;
    let tiles = (q.m + TILE - 1) / TILE * tiles_n;
    let inside = block % q.blocks;
    part = min(block / q.blocks, q.parts - 1);
    matrix = inside / tiles;
    m0 = inside % tiles / tiles_n * TILE;
    n0 = inside % tiles_n * TILE;
    return block / q.blocks < q.parts;
}

fn range() -> Part {
    return part_of(part, q.parts, q.k, TILE_DEPTH);
}

fn w_along() -> bool {
    return q.transposed != 0;
}

fn x_element(row: i32, k: i32) -> i32 {
    if m0 + row >= q.m || k >= q.k {
        return 0;
    }
    return a_element((matrix * q.m + m0 + row) * q.k + k) - q.zero_a;
}

fn w_element(column: i32, k: i32) -> i32 {
    let n = n0 + column;
    if n >= q.n || k >= q.k {
        return 0;
    }
    return b_element(select((matrix * q.k + k) * q.n + n, (matrix * q.n + n) * q.k + k, q.transposed != 0)) - q.zero_b;
}

fn keep(row: i32, column: i32, sum: i32) {
    if m0 + row < q.m && n0 + column < q.n {
        let tiles = (q.m + TILE - 1) / TILE * ((q.n + TILE - 1) / TILE);
        let before = part * (q.blocks / tiles) + matrix;
        store((before * q.m + m0 + row) * q.n + n0 + column, n0 + column, sum);
    }
}
