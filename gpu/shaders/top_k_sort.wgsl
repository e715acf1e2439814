// As top_k_sort.cu.
#include prelude.wgsl
#include wide.wgsl
#include keys.wgsl
#include top_k.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: Sort;

struct Sort {
    threads: i32,
    n: i32, segments: i32, width: i32, keep: i32, from_type: i32, to: i32,
}

const KEYS = 1024;

var<workgroup> sorted: array<vec2<u32>, 1024>;

fn loaded(segment: i32, place: i32) -> Wide {
    let index = segment % p.segments * p.width + place;
    if segment >= p.threads / (p.width / 4) || index >= p.n {
        return least_key();
    }
    let at = segment / p.segments * p.n + index;
    if p.from_type == TYPE_KEY {
        return Wide(x[2 * at], x[2 * at + 1]);
    }
    return key_of(x_typed(p.from_type, at), index);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) block: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
    let first = i32(block.x + block.y * grid.x) * (KEYS / p.width);
    for (var at = i32(thread); at < KEYS; at += 256) {
        sorted[at] = loaded(first + at / p.width, at % p.width);
    }
    for (var size = 2; size <= p.width; size *= 2) {
        for (var stride = size / 2; stride > 0; stride /= 2) {
            workgroupBarrier();
            for (var pair = i32(thread); pair < KEYS / 2; pair += 256) {
                let low = 2 * pair - (pair & (stride - 1));
                let a = sorted[low];
                let b = sorted[low + stride];
                let falling = (low & (p.width - 1) & size) == 0;
                if select(less_wide(b, a), less_wide(a, b), falling) {
                    sorted[low] = b;
                    sorted[low + stride] = a;
                }
            }
        }
    }
    workgroupBarrier();
    for (var at = i32(thread); at < KEYS; at += 256) {
        let segment = first + at / p.width;
        let place = at % p.width;
        if segment < p.threads / (p.width / 4) && place < p.keep {
            store_key(p.to, segment * p.keep + place, sorted[at]);
        }
    }
}
