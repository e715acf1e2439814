// y s8 = clamp(q31s(x, M, S), -127, 127) of x [rows, k], any element type, and row s32 [rows]; S the smallest integer
// with M = floor(127 * 2^S / row) >= 2^30: SPEC.md DynQuantRow. A warp or a block a row.
//
// Floor: the bytes of x and of y; i32 5 bytes an element, one 64-bit product, and a 64-bit division a row. Bound by
// memory where rows are long. Prediction for an H100 (3.35 TB/s): 670 G elements/s. Not measured.
#include "rows.cuh"

struct DynQuantRow {
    int rows, wide, k, type;
};

KERNEL void dyn_quant_row(const void* x, const int32_t* row, int8_t* y, DynQuantRow p) {
    const Team team(nullptr, p.wide);
    if (team.row >= p.rows) return;
    // M >= 2^30 says 127 * 2^S >= row * 2^30. With b the bits of row, S = b + 22 is too little, as 127 < 2^7, and
    // b + 24 is enough, as 127 >= 2^6. S is at most 55, and row * 2^30 below 2^61.
    const int64_t divisor = row[team.row], all = 127;
    const int least = 64 - leading_zeros(static_cast<uint64_t>(divisor)) + 23;
    const int shift = least + (all << least < divisor << 30 ? 1 : 0);
    const int multiplier = static_cast<int>((all << shift) / divisor);
    team.map(x, p.type, y, TYPE_I8, p.k,
             [&](int, int v) { return clamp_to(q31s(v, multiplier, shift), -127, 127); });
}
