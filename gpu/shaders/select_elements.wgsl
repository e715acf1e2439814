// As select_elements.cu.
#include prelude.wgsl
#include broadcast.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> c: array<u32>;
@group(0) @binding(1) var<storage, read_write> a: array<u32>;
@group(0) @binding(2) var<storage, read_write> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: Select;

struct Select {
    elements: i32, from_c: i32, kind: i32,
    operands: Broadcast,
}

struct Broadcast {
    depth: i32, dense: i32,
    sizes: array<i32, 6>, strides: array<array<i32, 7>, 3>,
}

fn result_type() -> i32 {
    return p.kind;
}

fn value(at: i32) -> i32 {
    if c_typed(p.from_c, operand_at(0, at)) != 0 {
        return a_typed(p.kind, operand_at(1, at));
    }
    return b_typed(p.kind, operand_at(2, at));
}
