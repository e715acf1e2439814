// y[g, w, :] = x[g, index[g, w], :]: SPEC.md Gather, with a group g a leading position of a run; and Embed, where x is
// the table and all runs are one group. One thread a unit of the result. The check proved each index within x.
//
// Floor: reads the rows and the indices once, writes the result once. Prediction for an H100 (3.35 TB/s):
// bandwidth for rows of 64 bytes and more; a row of less costs a sector of 32 bytes. Not measured.
#include "movement.cuh"

struct GatherRows {
    int units, unit, index_type;
    int group;        // units of a group of x; 0 where there is but one
    Divisor row;      // units of a row
    Divisor indices;  // of a group
};

KERNEL void gather_rows(const void* x, const void* index, void* y, GatherRows p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.units)) return;
    unsigned place = at;
    const int within = p.row.split(place);
    const int row = load_typed(index, p.index_type, static_cast<int>(place));
    const int group = static_cast<int>(p.indices.quotient(place)) * p.group;
    copy_unit(p.unit, x, group + row * p.row.size + within, y, static_cast<int>(at));
}
