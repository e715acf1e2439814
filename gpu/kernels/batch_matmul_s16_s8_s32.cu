// batch_matmul.cuh with a s16 and b s8.
#include "batch_matmul.cuh"

KERNEL void batch_matmul_s16_s8_s32(const int16_t* a, const int8_t* b, int32_t* y, BatchMatMul p) {
    __shared__ Limbs<sizeof(int16_t), sizeof(int8_t)> tile;
    batch_matmul(tile, a, b, p, [&](int at, int, int v) { y[at] = v; });
}
