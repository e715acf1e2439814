// depthwise_conv2d.cuh of i16.
#include "depthwise_conv2d.cuh"

KERNEL void depthwise_conv2d_s16_s8_s32(const int16_t* x, const int8_t* weight, const int32_t* bias, int32_t* y,
                                        Depthwise p) {
    Owned owned;
    if (owned.find(p)) y[owned.to] = depthwise_sum(x, weight, bias, p, owned);
}
