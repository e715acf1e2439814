// Square roots in integers: SPEC.md section 4, as `roots.cuh`.
fn isqrt(v: Wide) -> u32 {
    var root = 0u;
    for (var bit = 1u << 30u; bit > 0u; bit >>= 1u) {
        let next = root | bit;
        if !less_unsigned(v, product_unsigned(next, next)) {
            root = next;
        }
    }
    return root;
}

// m * 2^(-e) is about 1 / sqrt(v), for v in 1..2^62; m is in [2^30, 2^31) and e in 31..=61.
struct Rsqrt {
    m: i32, e: i32,
}

fn rsqrt_of(v: Wide) -> Rsqrt {
    let z = (62u - bits_of(v)) & ~1u;
    let m = divided(Wide(0u, 1u << 29u), isqrt(shift_left(v, z))).quotient;
    return Rsqrt(clamp_wide(m, 0, 2147483647), i32(61u - z / 2u));
}
