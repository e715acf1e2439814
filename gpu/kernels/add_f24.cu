// y s8 = the sum of a s8 and b s8, which broadcast, in numbers of 24 significant bits: SPEC.md AddF24.
// One thread for four neighbouring elements.
//
// Floor: of equal shapes 3 bytes an element, two 64-bit products and three roundings of about ten operations each
// on 64 bits. Bound by integer operations, not by memory: about 100 of 32 bits an element against 16.7 T/s of them
// on an H100 (132 processors, 64 a clock, 1.98 GHz) give 170 G elements/s. Not measured.
#include "groups.cuh"

struct AddF24 {
    int elements;
    // 64-bit numbers as their low and high words.
    int multiplier_a[2], multiplier_b[2], fixed[2];
    int zero_a, zero_b, shift, zero_point, lo, hi;
    Broadcast<2> operands;

    __device__ static int64_t wide(const int (&words)[2]) {
        return static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(words[1])) << 32 |
                                    static_cast<uint32_t>(words[0]));
    }

    // Each product is below 2^60 and |fixed| at most 2^60, so the sums are below 2^62.
    __device__ int apply(int a, int b) const {
        const int64_t t = r24((b - zero_b) * wide(multiplier_b) + wide(fixed));
        return clamp_to(rne(r24((a - zero_a) * wide(multiplier_a) + t), shift) + zero_point, lo, hi);
    }
};

KERNEL void add_f24(const int8_t* a, const int8_t* b, int8_t* y, AddF24 p) {
    const Span span = owned_span(p.elements);
    int u[GROUP], v[GROUP];
    p.operands.load<0>(a, TYPE_I8, span, u);
    p.operands.load<1>(b, TYPE_I8, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) u[i] = p.apply(u[i], v[i]);
    store_span(y, TYPE_I8, span, u);
}
