// The entry of a kernel that writes y unit after unit, where a unit is 1, 2, 4, 8 or 16 bytes: one thread a unit, or a
// word where that is more. The shader gives `unit_at(at)`, unit number `at` of y, and the fields `units` and `unit`.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let at = (block.x + block.y * grid.x) * 256u + thread;
    let count = u32(p.units);
    if p.unit >= 4 {
        if at < count {
            let unit = unit_at(i32(at));
            let words = u32(p.unit) / 4u;
            for (var i = 0u; i < words; i++) {
                y[at * words + i] = unit[i];
            }
        }
        return;
    }
    let kind = p.unit - 1;
    let doublings = u32(2 - kind);
    if at > (count - 1u) >> doublings {
        return;
    }
    let first = at << doublings;
    let present = min(1u << doublings, count - first);
    var packed = 0u;
    for (var i = 0u; i < present; i++) {
        packed |= placed(kind, i, i32(unit_at(i32(first + i)).x));
    }
    y[at] = packed;
}
