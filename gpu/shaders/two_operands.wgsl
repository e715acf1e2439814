// An element-wise kernel of two operands that broadcast.
#include broadcast.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> a: array<u32>;
@group(0) @binding(1) var<storage, read_write> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

struct Broadcast {
    depth: i32, dense: i32,
    sizes: array<i32, 6>, strides: array<array<i32, 7>, 2>,
}
