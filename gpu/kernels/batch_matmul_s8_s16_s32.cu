// batch_matmul.cuh with a s8 and b s16.
#include "batch_matmul.cuh"

KERNEL void batch_matmul_s8_s16_s32(const int8_t* a, const int16_t* b, int32_t* y, BatchMatMul p) {
    __shared__ Limbs<sizeof(int8_t), sizeof(int16_t)> tile;
    batch_matmul(tile, a, b, p, [&](int at, int, int v) { y[at] = v; });
}
