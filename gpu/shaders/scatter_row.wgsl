// As scatter_row.cu.
#include prelude.wgsl
#include divisor.wgsl
#include units.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> winner: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> p: ScatterRow;

struct ScatterRow {
    units: i32, unit: i32,
    row: Divisor,
}

fn unit_at(at: i32) -> vec4<u32> {
    let from_row = winner_i32(at / p.row.size);
    if from_row < 0 {
        return x_unit(p.unit, at);
    }
    return rows_unit(p.unit, from_row * p.row.size + at % p.row.size);
}
