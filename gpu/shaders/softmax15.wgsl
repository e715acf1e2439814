// As softmax15.cu.
#include prelude.wgsl
#include wide.wgsl
#include rows.wgsl
#include row_map.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> table: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read> p: Softmax15;

struct Softmax15 {
    rows: i32, wide: i32, k: i32, kind: i32,
    multiplier: i32, shift: i32,
}

var<private> most: i32;
var<private> sum: u32;

// e of SPEC.md Softmax15. most - v is below 2^32, so it is right as a word that is not signed.
fn power(v: i32) -> u32 {
    let t = shift_right(product_unsigned(u32(most) - u32(v), u32(p.multiplier)), u32(p.shift));
    let halvings = shift_right(t, 8u);
    let places = select(min(halvings.x, 15u), 15u, halvings.y != 0u);
    return u32(table_i16(i32(t.x & 255u))) >> places;
}

fn mapped(at: i32, v: i32) -> i32 {
    return i32(min((power(v) * 32768u + sum / 2u) / sum, 32767u));
}

fn compute(team: Team) {
    let first = team.row * p.k;
    var largest = -2147483647 - 1;
    for (var at = team.rank; at < team.count; at += team.size) {
        largest = max(largest, x_typed(p.kind, first + at));
    }
    most = team_max(team, largest);
    var part = 0u;
    for (var at = team.rank; at < team.count; at += team.size) {
        part += power(x_typed(p.kind, first + at));
    }
    // At most 2^16 times 2^15, less one each.
    sum = team_sum(team, Wide(part, 0u)).x;
    map_row(team, TYPE_I16);
}
