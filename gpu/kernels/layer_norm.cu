// y s32 [rows, k] = each row of x, any element type, less its mean and over its deviation, times gamma s16 [k], plus
// beta s32 [k]: SPEC.md LayerNorm. A warp or a block a row.
//
// Two passes over a row, of which caches answer the second. Floor: i32 8 bytes an element, two 64-bit products; a
// root and three 64-bit divisions a row, about 600 operations of each thread. Bound by memory where rows have 1,000
// elements and more. Prediction for an H100 (3.35 TB/s): 420 G elements/s there. Not measured.
#include "roots.cuh"
#include "rows.cuh"

struct LayerNorm {
    int rows, wide, k, type;
    int epsilon, fraction;
};

__device__ inline int64_t floor_quotient(int64_t v, int64_t by) {
    const int64_t q = v / by;
    return q * by > v ? q - 1 : q;
}

KERNEL void layer_norm(const void* x, const int16_t* gamma, const int32_t* beta, int32_t* y, LayerNorm p) {
    __shared__ uint64_t partials[WARPS];
    const Team team(partials, p.wide);
    if (team.row >= p.rows) return;

    uint64_t sum = 0, squares = 0;
    team.each(x, p.type, p.k, [&](int, int v) {
        const uint64_t wide = static_cast<uint64_t>(static_cast<int64_t>(v));
        sum += wide;
        squares += wide * wide;
    });
    sum = team.sum(sum);
    squares = team.sum(squares);

    // The sum of (x - mean)^2 is below 2^61 by the check, so it is the wrapping sum of its three parts:
    // the squares, -2 * mean * sum, k * mean^2. The sum of x is below 2^55.
    const int64_t k = p.k, mean = floor_quotient(2 * static_cast<int64_t>(sum) + k, 2 * k);
    const uint64_t moved = static_cast<uint64_t>(mean);
    const uint64_t centred = squares - 2 * moved * sum + static_cast<uint64_t>(k) * moved * moved;
    const Rsqrt scale = rsqrt_of(static_cast<int64_t>(centred) / k + p.epsilon);

    // |x - mean| is below 2^31 and the result within an i32, by the check.
    team.map(x, p.type, y, TYPE_I32, p.k, [&](int at, int v) {
        const int64_t n = q31s(static_cast<int>(v - mean), scale.m, scale.e - p.fraction);
        return static_cast<int>(n * gamma[at] + beta[at]);
    });
}
