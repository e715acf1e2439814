// y = clamp(x, lo, hi), any element type: SPEC.md Clamp. One thread an element.
#include "primitives.cuh"

struct Clamp {
    int elements, type, lo, hi;
};

KERNEL void clamp(const void* x, void* y, Clamp p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index);
    store_typed(y, p.type, at, clamp_to(load_typed(x, p.type, at), p.lo, p.hi));
}
