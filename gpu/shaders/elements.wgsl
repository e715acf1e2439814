// The entry of a kernel of one thread an element: here one thread a word of y, so that bytes need no atomics.
// The shader gives `value(at)`, element `at` of y, and `result_type()`.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let word = (block.x + block.y * grid.x) * 256u + thread;
    let kind = result_type();
    let doublings = u32(2 - kind);
    let count = u32(p.elements);
    // Compared as words, since four times a thread's number may pass 2^32.
    if word > (count - 1u) >> doublings {
        return;
    }
    let first = word << doublings;
    let present = min(1u << doublings, count - first);
    var packed = 0u;
    for (var i = 0u; i < present; i++) {
        packed |= placed(kind, i, value(i32(first + i)));
    }
    y[word] = packed;
}
