// y = clamp((((a - za) * ma + (b - zb) * mb + 2^(s-1)) >> s) + zero_point, lo, hi) of two operands that broadcast,
// i8 or i16: SPEC.md AddScaled. One thread for four neighbouring elements.
//
// Floor: the bytes of both operands and of y; i8 of equal shapes 3 bytes an element, two 64-bit products.
// Bound by memory. Prediction for an H100 (3.35 TB/s): 1.1 T elements/s at most. Not measured.
#include "groups.cuh"

struct AddScaled {
    int elements, from_a, from_b, to;
    int multiplier_a, multiplier_b, zero_a, zero_b, shift, zero_point, lo, hi;
    Broadcast<2> operands;

    // Each product is below 2^47.
    __device__ int apply(int a, int b) const {
        const int64_t sum = static_cast<int64_t>(a - zero_a) * multiplier_a +
                            static_cast<int64_t>(b - zero_b) * multiplier_b;
        const int64_t rounded = (sum + (static_cast<int64_t>(1) << (shift - 1))) >> shift;
        return clamp_to(rounded + zero_point, lo, hi);
    }
};

KERNEL void add_scaled(const void* a, const void* b, void* y, AddScaled p) {
    const Span span = owned_span(p.elements);
    int u[GROUP], v[GROUP];
    p.operands.load<0>(a, p.from_a, span, u);
    p.operands.load<1>(b, p.from_b, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) u[i] = p.apply(u[i], v[i]);
    store_span(y, p.to, span, u);
}
