// As table8.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> table: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: Table8;

struct Table8 {
    elements: i32, kind: i32,
}

fn result_type() -> i32 {
    return p.kind;
}

fn value(at: i32) -> i32 {
    return table_typed(p.kind, x_i8(at) + 128);
}
