// y = clamp(x, lo, hi), any element type: SPEC.md Clamp. One thread for four neighbouring elements.
//
// Floor: the bytes of x and of y; i8 2 bytes an element. Bound by memory.
// Prediction for an H100 (3.35 TB/s): 1.7 T elements/s at most. Not measured.
#include "groups.cuh"

struct Clamp {
    int elements, type, lo, hi;
};

KERNEL void clamp(const void* x, void* y, Clamp p) {
    const Span span = owned_span(p.elements);
    int v[GROUP];
    load_span(x, p.type, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) v[i] = clamp_to(v[i], p.lo, p.hi);
    store_span(y, p.type, span, v);
}
