// conv_transpose2d.cuh of s8.
#include "conv_transpose2d.cuh"

KERNEL void conv_transpose2d_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, int32_t* y, ConvTranspose p) {
    __shared__ Limbs<sizeof(int8_t), 1> tile;
    conv_transpose2d(tile, x, w, bias, y, p);
}
