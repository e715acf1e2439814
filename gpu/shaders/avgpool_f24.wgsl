// As avgpool_f24.cu.
#include prelude.wgsl
#include wide.wgsl
#include window.wgsl
#include elements.wgsl

@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> p: AvgPoolF24;

struct AvgPoolF24 {
    elements: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32, stride_h: i32, stride_w: i32, top: i32, left: i32,
    count_padding: i32, zero_x: i32, multiplier_x: i32, multiplier_y: i32, shift_x: i32, shift_y: i32,
    offset: i32, zero_point: i32, lo: i32, hi: i32,
}

// m / 2^e with m = 0, or 2^23 <= |m| < 2^24.
struct Number {
    m: i32, e: i32,
}

fn result_type() -> i32 {
    return TYPE_I8;
}

// round_24(v) / 2^e.
fn norm(v: Wide, e: i32) -> Number {
    let rounded = round_24(v);
    let bits = bits_of(select(rounded, negated(rounded), is_negative(rounded)));
    if bits == 0u {
        return Number(0, 0);
    }
    if bits <= 24u {
        return Number(i32(rounded.x << (24u - bits)), e + i32(24u - bits));
    }
    // All bits beyond 24 are 0.
    return Number(i32(shift_right(rounded, bits - 24u).x), e - i32(bits - 24u));
}

// The quotient by d, 1 to 2^24 - 1, rounded once.
fn quotient(v: Number, d: i32) -> Number {
    let exact = divided(shift_left(Wide(u32(abs(v.m)), 0u), 38u), u32(d));
    let twice = sum_wide(shift_left(exact.quotient, 1u), Wide(select(0u, 1u, exact.rest != 0u), 0u));
    return norm(select(twice, negated(twice), v.m < 0), v.e + 39);
}

fn value(at: i32) -> i32 {
    let window = window_of(at);

    var sum = Wide();
    for (var row = window.i0; row < window.i1; row++) {
        for (var column = window.j0; column < window.j1; column++) {
            let v = x_i8(window.first + (row * p.w + column) * p.c) - p.zero_x;
            sum = round_24(sum_wide(sum, round_24(product(v, p.multiplier_x))));
        }
    }
    let n = counted(window);
    let mean = quotient(quotient(norm(sum, p.shift_x), n), p.multiplier_y);
    let e = mean.e - p.shift_y;
    var v = widen(p.offset);
    if mean.m != 0 && e < 0 {
        v = shift_left(widen(select(1, -1, mean.m < 0)), 31u);
    } else if mean.m != 0 && e <= 40 {
        let moved = sum_wide(widen(mean.m), shift_left(widen(p.offset), u32(e)));
        v = round_even(round_24(moved), u32(e));
    }
    return clamp_wide(sum_wide(v, widen(p.zero_point)), p.lo, p.hi);
}
