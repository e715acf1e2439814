// y = a where c is not 0, else b, of three operands that broadcast; c of any element type, a and b of one: SPEC.md
// Select. One thread for four neighbouring elements.
//
// Floor: the bytes of all three and of y; i8 of equal shapes 4 bytes an element. Bound by memory.
// Prediction for an H100 (3.35 TB/s): 840 G elements/s. Not measured.
#include "groups.cuh"

struct Select {
    int elements, from_c, type;
    Broadcast<3> operands;
};

KERNEL void select_elements(const void* c, const void* a, const void* b, void* y, Select p) {
    const Span span = owned_span(p.elements);
    int condition[GROUP], u[GROUP], v[GROUP];
    p.operands.load<0>(c, p.from_c, span, condition);
    p.operands.load<1>(a, p.type, span, u);
    p.operands.load<2>(b, p.type, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) u[i] = condition[i] != 0 ? u[i] : v[i];
    store_span(y, p.type, span, u);
}
