// As kv_append.cu.
#include prelude.wgsl
#include divisor.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> cache: array<u32>;
@group(0) @binding(1) var<storage, read_write> fresh: array<u32>;
@group(0) @binding(2) var<storage, read_write> position: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: KvAppend;

struct KvAppend {
    units: i32, unit: i32, position_type: i32,
    row: i32, rows: i32,
    group: Divisor,
    groups: Divisor,
}

fn unit_at(at: i32) -> vec4<u32> {
    let group = at / p.group.size;
    let first = position_typed(p.position_type, group / p.groups.size) * p.row;
    let beyond = at % p.group.size - first;
    if beyond >= 0 && beyond < p.rows {
        return fresh_unit(p.unit, group * p.rows + beyond);
    }
    return cache_unit(p.unit, at);
}
