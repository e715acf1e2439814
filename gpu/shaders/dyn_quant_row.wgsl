// As dyn_quant_row.cu.
#include prelude.wgsl
#include wide.wgsl
#include rows.wgsl
#include row_map.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> row: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read> p: DynQuantRow;

struct DynQuantRow {
    rows: i32, wide: i32, k: i32, kind: i32,
}

var<private> multiplier: i32;
var<private> shift: i32;

fn mapped(at: i32, v: i32) -> i32 {
    return clamp_wide(q31s(v, multiplier, shift), -127, 127);
}

fn compute(team: Team) {
    if team.count == 0 {
        return;
    }
    // As dyn_quant_row.cu says: S is the bits of row and 23, or one more.
    let divisor = u32(row_i32(team.row));
    let all = Wide(127u, 0u);
    let least = 55u - countLeadingZeros(divisor);
    let more = less_unsigned(shift_left(all, least), shift_left(Wide(divisor, 0u), 30u));
    shift = i32(least + select(0u, 1u, more));
    multiplier = i32(divided(shift_left(all, u32(shift)), divisor).quotient.x);
    map_row(team, TYPE_I8);
}
