// The entry of a kernel that computes rows, and the threads that compute one together: as `rows.cuh`, 32 threads a row,
// or the whole block where `wide` is set. The shader gives `compute(team)` and the fields `rows`, `wide`, `k`.
// All threads of a block come to each sum and each maximum; those beyond the last row have no elements.
struct Team {
    thread: u32,
    row: i32, rank: i32, size: i32,
    count: i32,  // elements of the row
}

var<workgroup> partials: array<vec2<u32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block_id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let block = i32(block_id.x + block_id.y * grid.x);
    var team = Team(thread, block, i32(thread), 256, 0);
    if p.wide == 0 {
        team.row = block * 8 + i32(thread) / 32;
        team.rank = i32(thread) % 32;
        team.size = 32;
    }
    if team.row < p.rows {
        team.count = p.k;
    }
    compute(team);
}

// The wrapping sum of every thread's v, for every thread.
fn team_sum(team: Team, v: vec2<u32>) -> vec2<u32> {
    partials[team.thread] = v;
    for (var half = team_half(); half > 0u; half /= 2u) {
        workgroupBarrier();
        if u32(team.rank) < half {
            let other = partials[team.thread + half];
            let low = partials[team.thread].x + other.x;
            let carry = select(0u, 1u, low < other.x);
            partials[team.thread] = vec2<u32>(low, partials[team.thread].y + other.y + carry);
        }
    }
    return team_first(team);
}

fn team_max(team: Team, v: i32) -> i32 {
    partials[team.thread].x = u32(v);
    for (var half = team_half(); half > 0u; half /= 2u) {
        workgroupBarrier();
        if u32(team.rank) < half {
            partials[team.thread].x = u32(max(i32(partials[team.thread].x), i32(partials[team.thread + half].x)));
        }
    }
    return i32(team_first(team).x);
}

// The same for all threads of a block, so that all take the same barriers.
fn team_half() -> u32 {
    return select(16u, 128u, p.wide != 0);
}

fn team_first(team: Team) -> vec2<u32> {
    workgroupBarrier();
    let first = partials[team.thread - u32(team.rank)];
    // Read before a later call writes.
    workgroupBarrier();
    return first;
}
