// As abs_max_row.cu.
#include prelude.wgsl
#include rows.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: AbsMaxRow;

struct AbsMaxRow {
    rows: i32, wide: i32, k: i32, kind: i32,
}

fn compute(team: Team) {
    var most = 1;
    for (var at = team.rank; at < team.count; at += team.size) {
        most = max(most, abs(x_typed(p.kind, team.row * p.k + at)));
    }
    most = team_max(team, most);
    if team.rank == 0 && team.count > 0 {
        y[team.row] = u32(most);
    }
}
