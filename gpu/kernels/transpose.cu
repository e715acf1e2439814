// y[i_0, ...] = x[...] with the operand's strides in the order of the result's dimensions, any element type:
// SPEC.md Transpose. One thread an element.
#include "primitives.cuh"

struct Transpose {
    int elements, item, type;  // elements in the batch, and of one run
    int dims[6], strides[6];
};

KERNEL void transpose(const void* x, void* y, Transpose p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index);
    const int from = at / p.item * p.item + strided_offset(at % p.item, p.dims, p.strides);
    store_typed(y, p.type, at, load_typed(x, p.type, from));
}
