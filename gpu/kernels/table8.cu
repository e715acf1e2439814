// y = table[x + 128] of x s8 and a table of 256 entries of any element type: SPEC.md Table8.
// One thread for four neighbouring elements.
//
// Floor: the bytes of x and of y; i8 2 bytes an element and a look-up that the first cache answers. Bound by memory
// where neighbours look alike. Prediction for an H100 (3.35 TB/s): 1.7 T elements/s at most. Not measured.
#include "groups.cuh"

struct Table8 {
    int elements, type;
};

KERNEL void table8(const int8_t* x, const void* table, void* y, Table8 p) {
    const Span span = owned_span(p.elements);
    int v[GROUP];
    load_span(x, TYPE_I8, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) v[i] = load_typed(table, p.type, v[i] + 128);
    store_span(y, p.type, span, v);
}
