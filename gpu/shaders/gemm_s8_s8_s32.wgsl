// As gemm_s8_s8_s32.cu.
#include linear.wgsl
#include tile.wgsl

@group(0) @binding(7) var<storage, read> p: Gemm;

struct Gemm {
    m: i32, n: i32, k: i32, ldw: i32, parts: i32,
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
