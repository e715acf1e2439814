// y[r, :] = rows[winner[r], :], or x[r, :] where the winner is -1: SPEC.md ScatterRow, last of three launches (fill,
// scatter_winner). One thread a unit. Floor: reads and writes each byte of the result once, and a winner a row;
// prediction for an H100: bandwidth for rows of 64 bytes and more. Not measured.
#include "movement.cuh"

struct ScatterRow {
    int units, unit;
    Divisor row;  // units of a row
};

KERNEL void scatter_row(const void* x, const void* rows, const int32_t* winner, void* y, ScatterRow p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.units)) return;
    unsigned row = at;
    const int within = p.row.split(row), from = winner[row];
    const int to = static_cast<int>(at);
    if (from < 0) copy_unit(p.unit, x, to, y, to);
    else copy_unit(p.unit, rows, from * p.row.size + within, y, to);
}
