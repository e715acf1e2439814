// y = clamp(((u * row + 2^(r-1)) >> r) + zero_point, lo, hi) with u = clamp(q31s(x, m, s), -2^31, 2^31 - 1), x s32
// [rows, n], row s32 [rows], and m and s for each of `channels` (1: for all): SPEC.md RescaleRow.
// One thread for four neighbouring elements.
//
// Floor: i32 to i8 5 bytes an element, two 64-bit products. Bound by memory.
// Prediction for an H100 (3.35 TB/s): 670 G elements/s. Not measured.
#include "groups.cuh"

struct RescaleRow {
    int elements, n, channels, to, row_shift, zero_point, lo, hi;

    // |u * row| is below 2^62, the rounding term at most 2^61.
    __device__ int apply(int x, int m, int s, int row) const {
        const int64_t u = clamp_to(q31s(x, m, s), INT32_MIN, INT32_MAX);
        const int64_t v = (u * row + (static_cast<int64_t>(1) << (row_shift - 1))) >> row_shift;
        return clamp_to(v + zero_point, lo, hi);
    }
};

KERNEL void rescale_row(const int32_t* x, const int32_t* row, const int32_t* multiplier, const int8_t* shift, void* y,
                        RescaleRow p) {
    const Span span = owned_span(p.elements);
    if (span.count == 0) return;
    int v[GROUP], m[GROUP], s[GROUP];
    load_span(x, TYPE_I32, span, v);
    load_scales(multiplier, shift, p.channels, span.at, m, s);
    int at_row = span.at / p.n, column = span.at % p.n;
#pragma unroll
    for (int i = 0; i < GROUP; ++i) {
        if (i < span.count) v[i] = p.apply(v[i], m[i], s[i], row[at_row]);
        if (++column == p.n) {
            column = 0;
            ++at_row;
        }
    }
    store_span(y, p.to, span, v);
}
