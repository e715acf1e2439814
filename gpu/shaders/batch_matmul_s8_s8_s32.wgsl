// As batch_matmul_s8_s8_s32.cu.
#include prelude.wgsl
#include wide.wgsl
#include tail.wgsl
#include batch_matmul.wgsl

@group(0) @binding(0) var<storage, read_write> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> bias: array<u32>;
@group(0) @binding(3) var<storage, read_write> scale: array<u32>;
@group(0) @binding(4) var<storage, read_write> table: array<u32>;
@group(0) @binding(5) var<storage, read_write> residual: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read> p: BatchMatMulTail;

struct BatchMatMulTail {
    product: BatchMatMul,
    tail: Tail,
}

fn shape() -> BatchMatMul {
    return p.product;
}

fn store(at: i32, column: i32, sum: i32) {
    y_set(p.tail.to, at, tail_value(at, column, sum + bias_i32(column)));
}

fn a_element(at: i32) -> i32 {
    return a_i8(at);
}

fn b_element(at: i32) -> i32 {
    return b_i8(at);
}
