// As l2_norm.cu.
#include prelude.wgsl
#include wide.wgsl
#include roots.wgsl
#include rows.wgsl
#include row_map.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> p: L2Norm;

struct L2Norm {
    rows: i32, wide: i32, k: i32, kind: i32,
    epsilon: i32, fraction: i32,
}

var<private> scale: Rsqrt;

fn mapped(at: i32, v: i32) -> i32 {
    return i32(q31s(v, scale.m, scale.e - p.fraction).x);
}

fn compute(team: Team) {
    var part = Wide();
    for (var at = team.rank; at < team.count; at += team.size) {
        let v = x_typed(p.kind, team.row * p.k + at);
        part = sum_wide(part, product(v, v));
    }
    let squares = team_sum(team, part);
    scale = rsqrt_of(sum_wide(squares, widen(p.epsilon)));
    map_row(team, TYPE_I32);
}
