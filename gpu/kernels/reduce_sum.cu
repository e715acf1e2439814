// y s32 = sum of (x - zero_point) over some axes, any element type: SPEC.md ReduceSum. The kept and the removed
// axes come as two shapes with the operand's strides. One thread an element of y.
#include "primitives.cuh"

struct ReduceSum {
    int elements, kept, item, removed;  // elements of y in the batch and of one run; of one operand; summed
    int type, zero_point;
    int kept_dims[6], kept_strides[6], removed_dims[6], removed_strides[6];
};

KERNEL void reduce_sum(const void* x, int32_t* y, ReduceSum p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index);
    const int base = at / p.kept * p.item + strided_offset(at % p.kept, p.kept_dims, p.kept_strides);
    int sum = 0;
    for (int i = 0; i < p.removed; ++i) {
        const int v = load_typed(x, p.type, base + strided_offset(i, p.removed_dims, p.removed_strides));
        sum = add_wrapping(sum, add_wrapping(v, add_wrapping(~p.zero_point, 1)));
    }
    y[at] = sum;
}
