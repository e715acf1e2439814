// As pool.cu. One thread a result, not several.
#include prelude.wgsl
#include wide.wgsl
#include window.wgsl
#include words.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: Pool;

struct Pool {
    threads: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32, stride_h: i32, stride_w: i32, top: i32, left: i32,
    kind: i32, lanes: i32, mean: i32, zero_x: i32, zero_y: i32, count_padding: i32,
}

fn result_type() -> i32 {
    return p.kind;
}

// A thread of the struct has four channels where there are so many.
fn element_count() -> i32 {
    return p.threads / p.lanes * select(1, 4, p.c % 4 == 0);
}

fn value(at: i32) -> i32 {
    let window = window_of(at);

    var best = -32768;
    var sum = 0;
    for (var row = window.i0; row < window.i1; row++) {
        for (var column = window.j0; column < window.j1; column++) {
            let v = x_typed(p.kind, window.first + (row * p.w + column) * p.c);
            best = max(best, v);
            sum += v - p.zero_x;
        }
    }
    if p.mean == 0 {
        return best;
    }
    let n = u32(counted(window));
    let bits = 32u - countLeadingZeros(n - 1u);
    let reciprocal = divided(shift_left(Wide((1u << 30u) + 1u, 0u), bits), n).quotient.x;
    let least = select(-32768, -128, p.kind == TYPE_I8);
    return rescaled(sum, i32(reciprocal), 30 + i32(bits), p.zero_y, least, -1 - least);
}
