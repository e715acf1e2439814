// As gemm_s8_s8_s32.cu.
#include prelude.wgsl
#include wide.wgsl
#include tail.wgsl
#include tile.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> scale: array<u32>;
@group(0) @binding(4) var<storage, read_write> table: array<u32>;
@group(0) @binding(5) var<storage, read_write> residual: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read> p: Gemm;

struct Gemm {
    m: i32, n: i32, k: i32, ldw: i32,
    tail: Tail,
}

struct Row {
    at: i32,
}

fn rows() -> i32 {
    return p.m;
}

fn columns() -> i32 {
    return p.n;
}

fn row_at(m: i32) -> Row {
    return Row(m * p.k);
}

// The last word of a row may hold more than the row, where weights are zero.
fn row_word(row: Row, k: i32) -> u32 {
    if k >= p.k {
        return 0u;
    }
    return x_bytes(u32(row.at + k));
}
