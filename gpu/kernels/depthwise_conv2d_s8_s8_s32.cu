// y [batch, oh, ow, c], s32 or what the tail gives, from x s8 [batch, h, w, c] and weights s8 [kh, kw, c]: SPEC.md DepthwiseConv2d,
// with the bias as it stands. One thread an element.
#include "tail.cuh"

struct Depthwise {
    int elements;
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point;
    Tail tail;
};

KERNEL void depthwise_conv2d_s8_s8_s32(const int8_t* x, const int8_t* weight, const int32_t* bias,
                                       const int32_t* scale, const int8_t* table, const void* residual, void* y,
                                       Depthwise p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index), c = at % p.c, position = at / p.c;
    const int j0 = position % p.ow * p.stride_w - p.left;
    const int i0 = position / p.ow % p.oh * p.stride_h - p.top;
    const int8_t* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c;

    int sum = bias[c];
    for (int u = 0; u < p.kh; ++u) {
        const int i = i0 + u * p.dilation_h;
        if (i < 0 || i >= p.h) continue;
        for (int v = 0; v < p.kw; ++v) {
            const int j = j0 + v * p.dilation_w;
            if (j < 0 || j >= p.w) continue;
            sum += weight[(u * p.kw + v) * p.c + c] * (image[(i * p.w + j) * p.c + c] - p.zero_point);
        }
    }
    tail_store(p.tail, TailMemory{scale, table, residual}, y, at, c, sum);
}
