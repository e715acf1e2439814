// As reduce.cu.
#include prelude.wgsl
#include wide.wgsl
#include keys.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> p: Reduce;

struct Reduce {
    threads: i32,
    kept: i32, item: i32, removed: i32,
    splits: i32, lanes: i32, along: i32, operation: i32, from_type: i32, to: i32, zero_point: i32,
    kept_dims: array<i32, 6>, kept_strides: array<i32, 6>,
    removed_dims: array<i32, 6>, removed_strides: array<i32, 6>,
}

const SUM = 0;
const MIN = 2;
const ARG_MAX = 3;

var<workgroup> shared_keys: array<vec2<u32>, 256>;

fn element_key(at: i32, index: i32) -> Wide {
    if p.from_type == TYPE_KEY {
        return Wide(x[2 * at], x[2 * at + 1]);
    }
    let v = x_typed(p.from_type, at);
    if p.operation == SUM {
        return widen(v - p.zero_point);
    }
    return key_of(select(v, ~v, p.operation == MIN), index);
}

fn combined(a: Wide, b: Wide) -> Wide {
    if p.operation == SUM {
        return sum_wide(a, b);
    }
    return select(a, b, less_wide(a, b));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let slots = 256 / p.lanes;
    var slot = i32(thread) % slots;
    var lane = i32(thread) / slots;
    if p.along != 0 {
        slot = i32(thread) / p.lanes;
        lane = i32(thread) % p.lanes;
    }
    let at = i32(block.x + block.y * grid.x) * slots + slot;
    let there = at < p.threads / p.lanes;
    let result = select(0, at / p.splits, there);
    let base = result / p.kept * p.item + strided_offset(result % p.kept, p.kept_dims, p.kept_strides);
    let chunk = (p.removed + p.splits - 1) / p.splits;
    let first = at % p.splits * chunk;
    let end = select(0, min(first + chunk, p.removed), there);

    var best = least_key();
    if p.operation == SUM {
        best = Wide();
    }
    for (var i = first + lane; i < end; i += p.lanes) {
        best = combined(best, element_key(base + strided_offset(i, p.removed_dims, p.removed_strides), i));
    }
    shared_keys[lane * slots + slot] = best;
    for (var half = p.lanes / 2; half > 0; half /= 2) {
        workgroupBarrier();
        if lane < half {
            best = combined(best, shared_keys[(lane + half) * slots + slot]);
            shared_keys[lane * slots + slot] = best;
        }
    }
    if !there || lane != 0 {
        return;
    }
    if p.to == TYPE_KEY {
        y_set_unit(8, at, vec4<u32>(best, 0u, 0u));
        return;
    }
    var v = i32(best.y);
    if p.operation == SUM {
        v = i32(best.x);
    } else if p.operation == ARG_MAX {
        v = i32(~best.x);
    } else if p.operation == MIN {
        v = ~v;
    }
    y_set(p.to, at, v);
}
