// As reduce_sum.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: ReduceSum;

struct ReduceSum {
    elements: i32, kept: i32, item: i32, removed: i32,
    kind: i32, zero_point: i32,
    kept_dims: array<i32, 6>, kept_strides: array<i32, 6>,
    removed_dims: array<i32, 6>, removed_strides: array<i32, 6>,
}

fn result_type() -> i32 {
    return TYPE_I32;
}

fn value(at: i32) -> i32 {
    let base = at / p.kept * p.item + strided_offset(at % p.kept, p.kept_dims, p.kept_strides);
    var sum = 0;
    for (var i = 0; i < p.removed; i++) {
        let from_x = base + strided_offset(i, p.removed_dims, p.removed_strides);
        sum += x_typed(p.kind, from_x) - p.zero_point;
    }
    return sum;
}
