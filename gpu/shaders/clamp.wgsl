// As clamp.cu.
#include prelude.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: Clamp;

struct Clamp {
    elements: i32, kind: i32, lo: i32, hi: i32,
}

fn result_type() -> i32 {
    return p.kind;
}

fn value(at: i32) -> i32 {
    return clamp(x_typed(p.kind, at), p.lo, p.hi);
}
