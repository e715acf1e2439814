// y[g, t, :] = new[g, t - position, :] where that row exists, else cache[g, t, :]: SPEC.md KvAppend, with a group g a
// leading position of a run. One thread a unit. The check proved that the new rows fit.
//
// Floor: reads and writes each byte of the cache once, since a result is a value of its own. Prediction for an H100
// (3.35 TB/s): bandwidth from units of 4 bytes. Not measured.
#include "movement.cuh"

struct KvAppend {
    int units, unit, position_type;
    int row, rows;   // units of a row, and of all new rows of a group
    Divisor group;   // units of a group of the cache
    Divisor groups;  // of a run
};

KERNEL void kv_append(const void* cache, const void* fresh, const void* position, void* y, KvAppend p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.units)) return;
    unsigned group = at;
    const int place = p.group.split(group), to = static_cast<int>(at);
    const int run = static_cast<int>(p.groups.quotient(group));
    const int beyond = place - load_typed(position, p.position_type, run) * p.row;
    if (beyond >= 0 && beyond < p.rows)
        copy_unit(p.unit, fresh, static_cast<int>(group) * p.rows + beyond, y, to);
    else
        copy_unit(p.unit, cache, to, y, to);
}
