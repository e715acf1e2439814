// The entry of an element-wise kernel: a thread computes whole words of y, so that bytes need no atomics, as many as
// the grid leaves to each. The shader gives `value(at)`, element `at` of y, `result_type()`, and
// `element_count()`.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let kind = result_type();
    let doublings = u32(2 - kind);
    let count = u32(element_count());
    // At most 2^30 words and as many threads, so nothing wraps.
    let words = ((count - 1u) >> doublings) + 1u;
    for (var word = (block.x + block.y * grid.x) * 256u + thread; word < words; word += grid.x * grid.y * 256u) {
        let first = word << doublings;
        let present = min(1u << doublings, count - first);
        var packed = 0u;
        for (var i = 0u; i < present; i++) {
            packed |= placed(kind, i, value(i32(first + i)));
        }
        y[word] = packed;
    }
}
