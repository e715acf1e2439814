// As layer_norm.cu.
#include prelude.wgsl
#include wide.wgsl
#include roots.wgsl
#include rows.wgsl
#include row_map.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> gamma: array<u32>;
@group(0) @binding(2) var<storage, read_write> beta: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> p: LayerNorm;

struct LayerNorm {
    rows: i32, wide: i32, k: i32, kind: i32,
    epsilon: i32, fraction: i32,
}

var<private> mean: i32;
var<private> scale: Rsqrt;

fn mapped(at: i32, v: i32) -> i32 {
    return i32(q31s(v - mean, scale.m, scale.e - p.fraction).x) * gamma_i16(at) + beta_i32(at);
}

fn floor_quotient(v: Wide, d: u32) -> Wide {
    if is_negative(v) {
        return negated(divided(sum_wide(negated(v), Wide(d - 1u, 0u)), d).quotient);
    }
    return divided(v, d).quotient;
}

fn compute(team: Team) {
    var sums = Wide();
    var part = Wide();
    for (var at = team.rank; at < team.count; at += team.size) {
        let v = x_typed(p.kind, team.row * p.k + at);
        sums = sum_wide(sums, widen(v));
        part = sum_wide(part, product(v, v));
    }
    let sum = team_sum(team, sums);
    let squares = team_sum(team, part);
    // As layer_norm.cu: the squares of x - mean from three parts whose sum fits.
    let k = u32(p.k);
    let twice = shift_left(sum, 1u);
    mean = i32(floor_quotient(sum_wide(twice, Wide(k, 0u)), 2u * k).x);
    let moved = sum_wide(squares, product_wide(Wide(k, 0u), product(mean, mean)));
    let centred = difference_wide(moved, product_wide(twice, widen(mean)));
    scale = rsqrt_of(sum_wide(divided(centred, k).quotient, widen(p.epsilon)));
    map_row(team, TYPE_I32);
}
