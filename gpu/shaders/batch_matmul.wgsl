// SPEC.md BatchMatMul: as `batch_matmul.cuh`. The shader gives `a_element(at)` and `b_element(at)`.
#include tile_wide.wgsl

@group(0) @binding(3) var<storage, read> p: BatchMatMul;

struct BatchMatMul {
    blocks: i32, m: i32, n: i32, k: i32, zero_a: i32, zero_b: i32, transposed: i32,
}

var<private> matrix: i32;
var<private> m0: i32;
var<private> n0: i32;

fn begin(block: i32) -> bool {
    let tiles_n = (p.n + TILE - 1) / TILE;
    let tiles = (p.m + TILE - 1) / TILE * tiles_n;
    let inside = min(block, p.blocks - 1);
    matrix = inside / tiles;
    m0 = inside % tiles / tiles_n * TILE;
    n0 = inside % tiles_n * TILE;
    return block < p.blocks;
}

fn depth() -> i32 {
    return p.k;
}

fn w_along() -> bool {
    return p.transposed != 0;
}

fn x_element(row: i32, k: i32) -> i32 {
    if m0 + row >= p.m || k >= p.k {
        return 0;
    }
    return a_element((matrix * p.m + m0 + row) * p.k + k) - p.zero_a;
}

fn w_element(column: i32, k: i32) -> i32 {
    let n = n0 + column;
    if n >= p.n || k >= p.k {
        return 0;
    }
    return b_element(select((matrix * p.k + k) * p.n + n, (matrix * p.n + n) * p.k + k, p.transposed != 0)) - p.zero_b;
}

fn keep(row: i32, column: i32, sum: i32) {
    if m0 + row < p.m && n0 + column < p.n {
        y[(matrix * p.m + m0 + row) * p.n + n0 + column] = u32(sum);
    }
}
