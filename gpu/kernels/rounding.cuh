// The two ways to round, in integers: SPEC.md section 4 (Q31S) and RescaleF24 (numbers of 24 significant bits).
#pragma once
#include "primitives.cuh"

// v * m / 2^s, halves up; s is in 2..=62.
__device__ inline int64_t q31s(int v, int m, int s) {
    return (static_cast<int64_t>(v) * m + (static_cast<int64_t>(1) << (s - 1))) >> s;
}

// The integer nearest to v / 2^s, halves to the even one; s is in 0..=62. The rest r is below 2^62, so 2r fits.
__device__ inline int64_t rne(int64_t v, int s) {
    const int64_t q = v >> s, one = static_cast<int64_t>(1) << s, twice = 2 * (v & (one - 1));
    return twice > one || (twice == one && (q & 1)) ? q + 1 : q;
}

// v rounded to 24 significant bits, halves to even; |v| is below 2^63, so at most 39 bits are beyond.
__device__ inline int64_t r24(int64_t v) {
    const int bits = 64 - leading_zeros(static_cast<uint64_t>(v < 0 ? -v : v));
    const int k = bits > 24 ? bits - 24 : 0;
    return rne(v, k) * (static_cast<int64_t>(1) << k);
}
