// y s16 [rows, k] = the softmax of each row of x, any element type, in Q15 by a table s16 of 256 entries: SPEC.md
// Softmax15. A warp or a block a row.
//
// Three passes over a row, of which caches answer all but the first; y holds each e between the second and the third.
// Floor: the bytes of x and of y; i32 6 bytes an element; a 64-bit product, a look-up and a 32-bit division, about
// 50 operations of 32 bits. Prediction for an H100 (16.7 T/s of them; 3.35 TB/s): 330 G elements/s. Not measured.
#include "rows.cuh"

struct Softmax15 {
    int rows, wide, k, type;
    int multiplier, shift;
};

KERNEL void softmax15(const void* x, const int16_t* table, int16_t* y, Softmax15 p) {
    __shared__ uint64_t partials[WARPS];
    const Team team(partials, p.wide);
    if (team.row >= p.rows) return;

    int most = INT32_MIN;
    team.each(x, p.type, p.k, [&](int, int v) { most = v > most ? v : most; });
    most = team.max(most);

    // d is below 2^32 and d * m below 2^63. k is at most 2^16 and e below 2^15, so the sum is below 2^31.
    uint32_t sum = 0;
    team.map(x, p.type, y, TYPE_I16, p.k, [&](int, int v) {
        const int64_t d = static_cast<int64_t>(most) - v, t = (d * p.multiplier) >> p.shift;
        const int64_t halvings = t / 256;
        const int e = table[t % 256] >> (halvings < 15 ? halvings : 15);
        sum += static_cast<uint32_t>(e);
        return e;
    });
    sum = static_cast<uint32_t>(team.sum(sum));

    // e * 2^15 is below 2^30, half of the sum too, and the sum is at least table[0] >= 1.
    team.map(y, TYPE_I16, y, TYPE_I16, p.k, [&](int, int e) {
        const uint32_t share = (static_cast<uint32_t>(e) * 32768 + sum / 2) / sum;
        return static_cast<int>(share < 32767 ? share : 32767);
    });
}
