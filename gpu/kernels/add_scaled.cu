// y = clamp((((a - za) * ma + (b - zb) * mb + 2^(s-1)) >> s) + zero_point, lo, hi): SPEC.md AddScaled.
// One thread an element.
#include "primitives.cuh"

struct AddScaled {
    int elements, from_a, from_b, to;
    int multiplier_a, multiplier_b, zero_a, zero_b, shift, zero_point, lo, hi;
};

KERNEL void add_scaled(const void* a, const void* b, void* y, AddScaled p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index);
    const int64_t sum = static_cast<int64_t>(load_typed(a, p.from_a, at) - p.zero_a) * p.multiplier_a +
                        static_cast<int64_t>(load_typed(b, p.from_b, at) - p.zero_b) * p.multiplier_b;
    const int64_t rounded = (sum + (static_cast<int64_t>(1) << (p.shift - 1))) >> p.shift;
    store_typed(y, p.to, at, clamp_to(rounded + p.zero_point, p.lo, p.hi));
}
