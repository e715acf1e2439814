// y s32 [rows, k] = each row of x, any element type, over the root of its mean square, times gamma s16 [k]: SPEC.md
// RmsNorm. A warp or a block a row.
//
// Two passes over a row, of which caches answer the second. Floor: i32 8 bytes an element, two 64-bit products; a
// root and two 64-bit divisions a row. Bound by memory where rows have 1,000 elements and more.
// Prediction for an H100 (3.35 TB/s): 420 G elements/s there. Not measured.
#include "roots.cuh"
#include "rows.cuh"

struct RmsNorm {
    int rows, wide, k, type;
    int epsilon, fraction;
};

KERNEL void rms_norm(const void* x, const int16_t* gamma, int32_t* y, RmsNorm p) {
    __shared__ uint64_t partials[WARPS];
    const Team team(partials, p.wide);
    if (team.row >= p.rows) return;

    // Below 2^61 by the check.
    uint64_t squares = 0;
    team.each(x, p.type, p.k, [&](int, int v) { squares += static_cast<uint64_t>(static_cast<int64_t>(v) * v); });
    squares = team.sum(squares);
    const Rsqrt scale = rsqrt_of(static_cast<int64_t>(squares) / p.k + p.epsilon);

    team.map(x, p.type, y, TYPE_I32, p.k, [&](int at, int v) {
        return static_cast<int>(q31s(v, scale.m, scale.e - p.fraction) * gamma[at]);
    });
}
