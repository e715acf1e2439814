// y = a value, given as four bytes: SPEC.md Pad's border, and ScatterRow's winners before there are any. One thread a
// unit. Floor: writes each byte once; prediction for an H100: bandwidth for units of 4 bytes, the largest here. Not measured.
#include "movement.cuh"

struct Fill {
    int units, unit, value;
};

KERNEL void fill(void* y, Fill p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.units)) return;
    mask_unit(p.unit, 0, nullptr, y, static_cast<int>(index), static_cast<unsigned>(p.value));
}
