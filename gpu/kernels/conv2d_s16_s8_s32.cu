// conv2d_limbs.cuh of i16, with groups or without.
#include "conv2d_limbs.cuh"

KERNEL void conv2d_s16_s8_s32(const int16_t* x, const int8_t* w, const int32_t* bias, int32_t* y, Conv p) {
    __shared__ Limbs<2, 1> tile;
    conv2d_limbs(tile, x, w, bias, y, p);
}
