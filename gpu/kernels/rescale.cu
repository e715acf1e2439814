// y = clamp(((x * m + 2^(s-1)) >> s) + zero_point, lo, hi) with m and s for each of `channels` (1: for all):
// SPEC.md Rescale and section 4. One thread an element.
#include "primitives.cuh"

struct Rescale {
    int elements, channels, from, to, zero_point, lo, hi;
};

KERNEL void rescale(const void* x, const int32_t* multiplier, const int8_t* shift, void* y, Rescale p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index), c = at % p.channels, s = shift[c];
    const int64_t product = static_cast<int64_t>(load_typed(x, p.from, at)) * multiplier[c];
    const int64_t rounded = (product + (static_cast<int64_t>(1) << (s - 1))) >> s;
    store_typed(y, p.to, at, clamp_to(rounded + p.zero_point, p.lo, p.hi));
}
