// y[g, q, k] = x[g, q, k] where k <= q + position, else fill: SPEC.md CausalMask, with a group g a leading position of
// a run. One thread a unit, of which x is read only as far as it is seen.
//
// Floor: writes each byte once, reads what is seen once. Prediction for an H100 (3.35 TB/s): bandwidth for units of
// 4 bytes, the largest here. Not measured.
#include "movement.cuh"

struct CausalMask {
    int units, unit, size, position_type;  // size: bytes of an element
    int fill;                              // four bytes, an element repeated
    int keys;
    Divisor row;      // units of a row
    Divisor queries;  // rows of a group
    Divisor groups;   // of a run
};

KERNEL void causal_mask(const void* x, const void* position, void* y, CausalMask p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.units)) return;
    unsigned group = at;
    const int place = p.row.split(group), query = p.queries.split(group);
    const int run = static_cast<int>(p.groups.quotient(group));
    // Each at most 2^24, and a row at most 2^26 bytes.
    const int seen = query + load_typed(position, p.position_type, run) + 1;
    const int bytes = (seen < p.keys ? seen : p.keys) * p.size - place * p.unit;
    mask_unit(p.unit, bytes, x, y, static_cast<int>(at), static_cast<unsigned>(p.fill));
}
