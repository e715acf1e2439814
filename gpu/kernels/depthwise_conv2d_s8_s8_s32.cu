// depthwise_conv2d.cuh of i8, with a tail behind it.
#include "depthwise_conv2d.cuh"
#include "tail.cuh"

struct DepthwiseTail {
    Depthwise sum;
    Tail tail;
};

KERNEL void depthwise_conv2d_s8_s8_s32(const int8_t* x, const int8_t* weight, const int32_t* bias,
                                       const int32_t* scale, const int8_t* table, const void* residual, void* y,
                                       DepthwiseTail p) {
    Owned owned;
    if (!owned.find(p.sum)) return;
    const int sum = depthwise_sum(x, weight, bias, p.sum, owned);
    tail_store(p.tail, TailMemory{scale, table, residual}, y, owned.to, owned.at % p.sum.c, sum);
}
