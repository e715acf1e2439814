// 64-bit integers without any: (low word, high word), two's complement. Sums and products wrap.
alias Wide = vec2<u32>;

fn widen(v: i32) -> Wide {
    return Wide(u32(v), u32(v >> 31u));
}

fn sum_wide(a: Wide, b: Wide) -> Wide {
    let low = a.x + b.x;
    return Wide(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn negated(a: Wide) -> Wide {
    return sum_wide(~a, Wide(1u, 0u));
}

fn difference_wide(a: Wide, b: Wide) -> Wide {
    return sum_wide(a, negated(b));
}

fn is_negative(a: Wide) -> bool {
    return i32(a.y) < 0;
}

// As numbers from 0 to 2^64 - 1.
fn less_unsigned(a: Wide, b: Wide) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// By 16-bit limbs: the largest step is (2^16 - 1)^2 + 2^16 - 1 < 2^32.
fn product_unsigned(a: u32, b: u32) -> Wide {
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    let low = a0 * b0;
    let middle = a0 * b1 + (low >> 16u);
    let other = a1 * b0 + (middle & 0xffffu);
    return Wide((other << 16u) | (low & 0xffffu), a1 * b1 + (middle >> 16u) + (other >> 16u));
}

// A negative factor counts 2^32 too much: that times the other one comes off.
fn product(a: i32, b: i32) -> Wide {
    let wide = product_unsigned(u32(a), u32(b));
    return Wide(wide.x, wide.y - select(0u, u32(b), a < 0) - select(0u, u32(a), b < 0));
}

fn product_wide(a: Wide, b: Wide) -> Wide {
    let low = product_unsigned(a.x, b.x);
    return Wide(low.x, low.y + a.x * b.y + a.y * b.x);
}

// By 0 to 63 places.
fn shift_left(v: Wide, s: u32) -> Wide {
    if s == 0u {
        return v;
    }
    if s < 32u {
        return Wide(v.x << s, (v.y << s) | (v.x >> (32u - s)));
    }
    return Wide(0u, v.x << (s - 32u));
}

// By 0 to 63 places, towards minus infinity.
fn shift_right(v: Wide, s: u32) -> Wide {
    let high = i32(v.y);
    if s == 0u {
        return v;
    }
    if s < 32u {
        return Wide((v.x >> s) | (v.y << (32u - s)), u32(high >> s));
    }
    return Wide(u32(high >> (s - 32u)), u32(high >> 31u));
}

// (v + 2^(s-1)) >> s for 1 <= s <= 62: to the nearest, halves up.
fn shift_rounded(v: Wide, s: u32) -> Wide {
    return shift_right(sum_wide(v, shift_left(Wide(1u, 0u), s - 1u)), s);
}

fn clamp_wide(v: Wide, lo: i32, hi: i32) -> i32 {
    if v.y == u32(i32(v.x) >> 31u) {
        return clamp(i32(v.x), lo, hi);
    }
    return select(hi, lo, is_negative(v));
}

// SPEC.md section 4.
fn q31s(v: i32, multiplier: i32, shift: i32) -> Wide {
    return shift_rounded(product(v, multiplier), u32(shift));
}

// q31s, then the zero point, then the clamp: the end of SPEC.md Rescale.
fn rescaled(v: i32, multiplier: i32, shift: i32, zero_point: i32, lo: i32, hi: i32) -> i32 {
    return clamp_wide(sum_wide(q31s(v, multiplier, shift), widen(zero_point)), lo, hi);
}

fn bits_of(v: Wide) -> u32 {
    if v.y != 0u {
        return 64u - countLeadingZeros(v.y);
    }
    return 32u - countLeadingZeros(v.x);
}

// The integer nearest to v / 2^s, halves to the even one, 0 <= s <= 62: SPEC.md RescaleF24.
fn round_even(v: Wide, s: u32) -> Wide {
    let q = shift_right(v, s);
    let twice = shift_left(difference_wide(v, shift_left(q, s)), 1u);
    let one = shift_left(Wide(1u, 0u), s);
    let up = less_unsigned(one, twice) || (all(one == twice) && (q.x & 1u) == 1u);
    return sum_wide(q, Wide(select(0u, 1u, up), 0u));
}

// v rounded to 24 significant bits, halves to even.
fn round_24(v: Wide) -> Wide {
    let bits = bits_of(select(v, negated(v), is_negative(v)));
    if bits <= 24u {
        return v;
    }
    return shift_left(round_even(v, bits - 24u), bits - 24u);
}

// SPEC.md RescaleF24.
fn rescaled_f24(v: i32, multiplier: i32, shift: i32, offset: i32, zero_point: i32, lo: i32, hi: i32) -> i32 {
    let scaled = round_24(product_wide(round_24(widen(v)), widen(multiplier)));
    let moved = round_24(sum_wide(scaled, shift_left(widen(offset), u32(shift))));
    return clamp_wide(sum_wide(round_even(moved, u32(shift)), widen(zero_point)), lo, hi);
}

// SPEC.md AddScaled from the differences to the zero points.
fn added_scaled(a: i32, ma: i32, b: i32, mb: i32, shift: i32, zero_point: i32, lo: i32, hi: i32) -> i32 {
    let sum = sum_wide(product(a, ma), product(b, mb));
    return clamp_wide(sum_wide(shift_rounded(sum, u32(shift)), widen(zero_point)), lo, hi);
}

struct Quotient {
    quotient: Wide,
    rest: u32,
}

// Of numbers that are not negative; 1 <= d <= 2^31, so that the rest of the high word and a bit stay a word.
fn divided(v: Wide, d: u32) -> Quotient {
    var rest = v.y % d;
    var low = 0u;
    for (var i = 0u; i < 32u; i++) {
        rest = (rest << 1u) | ((v.x >> (31u - i)) & 1u);
        low <<= 1u;
        if rest >= d {
            rest -= d;
            low |= 1u;
        }
    }
    return Quotient(Wide(low, v.y / d), rest);
}
