// y = table[x + 128]: SPEC.md Table8. One thread an element.
#include "primitives.cuh"

struct Table8 {
    int elements;
};

KERNEL void table8(const int8_t* x, const int8_t* table, int8_t* y, Table8 p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    y[index] = table[x[index] + 128];
}
