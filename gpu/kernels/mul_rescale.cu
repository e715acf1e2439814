// y = clamp(q31s((a - za) * (b - zb), m, s) + zero_point, lo, hi) of two operands that broadcast, any element
// types: SPEC.md MulRescale. One thread for four neighbouring elements.
//
// Floor: the bytes of both operands and of y; i8 of equal shapes 3 bytes an element, two 64-bit products.
// Bound by memory. Prediction for an H100 (3.35 TB/s): 1.1 T elements/s at most. Not measured.
#include "groups.cuh"

struct MulRescale {
    int elements, from_a, from_b, to, zero_a, zero_b, multiplier, shift, zero_point, lo, hi;
    Broadcast<2> operands;

    // The check has proven that the product fits an i32.
    __device__ int apply(int a, int b) const {
        const int64_t product = (static_cast<int64_t>(a) - zero_a) * (static_cast<int64_t>(b) - zero_b);
        return clamp_to(q31s(static_cast<int>(product), multiplier, shift) + zero_point, lo, hi);
    }
};

KERNEL void mul_rescale(const void* a, const void* b, void* y, MulRescale p) {
    const Span span = owned_span(p.elements);
    int u[GROUP], v[GROUP];
    p.operands.load<0>(a, p.from_a, span, u);
    p.operands.load<1>(b, p.from_b, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) u[i] = i < span.count ? p.apply(u[i], v[i]) : 0;
    store_span(y, p.to, span, u);
}
