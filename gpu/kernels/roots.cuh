// Square roots in integers: SPEC.md section 4.
#pragma once
#include "primitives.cuh"

// The largest r with r^2 <= v, for v below 2^62; bit by bit.
//
// Before each step `root` is the largest multiple of 2 * bit with root^2 <= v. The next multiple of bit,
// root + bit, is either within (then it is the root so far) or not. Both are below 2^31, so the square fits.
__device__ inline uint32_t isqrt(uint64_t v) {
    uint32_t root = 0;
    for (uint32_t bit = 1u << 30; bit > 0; bit >>= 1) {
        const uint64_t next = root | bit;
        if (next * next <= v) root |= bit;
    }
    return root;
}

// m * 2^(-e) is about 1 / sqrt(v), for v in 1..2^62; m is in [2^30, 2^31) and e in 31..=61.
struct Rsqrt {
    int m, e;
};

__device__ inline Rsqrt rsqrt_of(int64_t v) {
    // v moved by an even number of places to [2^60, 2^62), so the root is in [2^30, 2^31).
    const int z = (leading_zeros(static_cast<uint64_t>(v)) - 2) & ~1;
    const uint64_t m = (static_cast<uint64_t>(1) << 61) / isqrt(static_cast<uint64_t>(v) << z);
    return {m < INT32_MAX ? static_cast<int>(m) : INT32_MAX, 61 - z / 2};
}
