// As gather_rows.cu.
#include prelude.wgsl
#include divisor.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read> p: GatherRows;

struct GatherRows {
    units: i32, unit: i32, index_type: i32,
    group: i32,
    row: Divisor,
    indices: Divisor,
}

fn unit_at(at: i32) -> vec4<u32> {
    let place = at / p.row.size;
    let row = index_typed(p.index_type, place);
    return x_unit(p.unit, place / p.indices.size * p.group + row * p.row.size + at % p.row.size);
}
