// y = clamp(rne(r24(r24(r24(x) * m) + offset * 2^s), s) + zero_point, lo, hi) with m and s for each of `channels`
// (1: for all), any element types: SPEC.md RescaleF24. One thread for four neighbouring elements.
//
// Floor: i32 to i8 5 bytes an element; one 64-bit product and four roundings of about ten operations each on 64
// bits. Bound by integer operations, not by memory: about 120 of 32 bits an element against 16.7 T/s of them on an
// H100 (132 processors, 64 a clock, 1.98 GHz) give 140 G elements/s. Not measured. In single precision it would be
// five instructions and the same bits (SPEC.md says where); integers stay the definition here.
#include "groups.cuh"

struct RescaleF24 {
    int elements, channels, from, to, offset, zero_point, lo, hi;

    // |r24(x)| is at most 2^31, so the product is at most 2^55; |offset * 2^s| is at most 2^61.
    __device__ int apply(int x, int m, int s) const {
        const int64_t p = r24(r24(x) * m) + offset * (static_cast<int64_t>(1) << s);
        return clamp_to(rne(r24(p), s) + zero_point, lo, hi);
    }
};

KERNEL void rescale_f24(const void* x, const int32_t* multiplier, const int8_t* shift, void* y, RescaleF24 p) {
    const Span span = owned_span(p.elements);
    if (span.count == 0) return;
    int v[GROUP], m[GROUP], s[GROUP];
    load_span(x, p.from, span, v);
    load_scales(multiplier, shift, p.channels, span.at, m, s);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) v[i] = p.apply(v[i], m[i], s[i]);
    store_span(y, p.to, span, v);
}
