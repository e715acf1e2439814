// As `batch_matmul.wgsl`, with nothing behind it. The shader gives `a_element(at)` and `b_element(at)`.
#include batch_matmul.wgsl

@group(0) @binding(0) var<storage, read_write> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: BatchMatMul;

fn shape() -> BatchMatMul {
    return p;
}

fn store(at: i32, column: i32, sum: i32) {
    y[at] = u32(sum);
}
