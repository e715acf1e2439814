// As causal_mask.cu.
#include prelude.wgsl
#include divisor.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> position: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: CausalMask;

struct CausalMask {
    units: i32, unit: i32, size: i32, position_type: i32,
    fill: i32,
    keys: i32,
    row: Divisor,
    queries: Divisor,
    groups: Divisor,
}

fn unit_at(at: i32) -> vec4<u32> {
    let row = at / p.row.size;
    let run = row / p.queries.size / p.groups.size;
    let seen = row % p.queries.size + position_typed(p.position_type, run) + 1;
    // Bytes of this unit that are seen: negative, or more than there are, in most units.
    let bytes = min(seen, p.keys) * p.size - at % p.row.size * p.unit;
    let x = x_unit(p.unit, at).x;
    if bytes <= 0 {
        return vec4<u32>(u32(p.fill));
    }
    if bytes >= 4 {
        return vec4<u32>(x);
    }
    let mask = (1u << (8u * u32(bytes))) - 1u;
    return vec4<u32>((x & mask) | (u32(p.fill) & ~mask));
}
