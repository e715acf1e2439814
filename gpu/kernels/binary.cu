// y = a op b of two operands that broadcast, any element types: SPEC.md Add, Sub, Mul, Max, Min, Compare.
// One thread for four neighbouring elements.
//
// Floor: the bytes of both operands and of y; i8 to i32 of equal shapes 6 bytes an element, about one operation.
// Bound by memory. Prediction for an H100 (3.35 TB/s): 560 G elements/s. Not measured.
#include "groups.cuh"

struct Binary {
    int elements, op, from_a, from_b, to;
    Broadcast<2> operands;

    enum : int { ADD, SUB, MUL, MAX, MIN, EQUAL, GREATER, GREATER_EQUAL };

    // The check has proven that sums and products fit.
    __device__ int apply(int a, int b) const {
        switch (op) {
            case ADD: return a + b;
            case SUB: return a - b;
            case MUL: return a * b;
            case MAX: return a > b ? a : b;
            case MIN: return a < b ? a : b;
            case EQUAL: return a == b;
            case GREATER: return a > b;
            default: return a >= b;
        }
    }
};

KERNEL void binary(const void* a, const void* b, void* y, Binary p) {
    const Span span = owned_span(p.elements);
    int u[GROUP], v[GROUP];
    p.operands.load<0>(a, p.from_a, span, u);
    p.operands.load<1>(b, p.from_b, span, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) u[i] = p.apply(u[i], v[i]);
    store_span(y, p.to, span, u);
}
