// As fill.cu.
#include prelude.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<storage, read> p: Fill;

struct Fill {
    units: i32, unit: i32, value: i32,
}

fn unit_at(at: i32) -> vec4<u32> {
    return vec4<u32>(u32(p.value));
}
