// conv2d_limbs.cuh of i8: for groups.
#include "conv2d_limbs.cuh"

KERNEL void conv2d_grouped_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, int32_t* y, Conv p) {
    __shared__ Limbs<1, 1> tile;
    conv2d_limbs(tile, x, w, bias, y, p);
}
