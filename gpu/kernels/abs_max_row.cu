// y s32 [rows] = the largest |x| of x [rows, k], any element type, at least 1: SPEC.md AbsMaxRow.
// A warp or a block a row.
//
// Floor: the bytes of x. Bound by memory. Prediction for an H100 (3.35 TB/s): 840 G elements/s of i32. Not measured.
#include "rows.cuh"

struct AbsMaxRow {
    int rows, wide, k, type;
};

KERNEL void abs_max_row(const void* x, int32_t* y, AbsMaxRow p) {
    __shared__ uint64_t partials[WARPS];
    const Team team(partials, p.wide);
    if (team.row >= p.rows) return;
    int most = 1;
    // The check has proven that -x fits.
    team.each(x, p.type, p.k, [&](int, int v) {
        const int magnitude = v < 0 ? -v : v;
        most = magnitude > most ? magnitude : most;
    });
    most = team.max(most);
    if (team.rank == 0) y[team.row] = most;
}
