// y = -x, |x|, x * 2^bits or (x + round) >> bits, any element types: SPEC.md Neg, Abs, Shift.
// One thread for four neighbouring elements.
//
// Floor: the bytes of x and of y; i8 to i8 2 bytes an element. Bound by memory.
// Prediction for an H100 (3.35 TB/s): 1.7 T elements/s at most. Not measured.
#include "groups.cuh"

struct Unary {
    int elements, op, from, to;
    int bits, round;  // of the shifts, 0 to 31; 1 to add half of the last place before a shift to the right

    enum : int { NEG, ABS, LEFT, RIGHT };

    // The check has proven that the results fit.
    __device__ int apply(int x) const {
        const int64_t wide = x, one = 1;
        switch (op) {
            case NEG: return static_cast<int>(-wide);
            case ABS: return static_cast<int>(x < 0 ? -wide : wide);
            case LEFT: return static_cast<int>(wide * (one << bits));
            default: return static_cast<int>((wide + (round != 0 ? one << (bits - 1) : 0)) >> bits);
        }
    }
};

KERNEL void unary(const void* x, void* y, Unary p) {
    const Span span = owned_span(p.elements);
    int v[GROUP];
    load_span(x, p.from, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) v[i] = p.apply(v[i]);
    store_span(y, p.to, span, v);
}
