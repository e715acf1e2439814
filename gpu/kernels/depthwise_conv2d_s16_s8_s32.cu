// y s32 [batch, oh, ow, c] from x s16 [batch, h, w, c] and weights s8 [kh, kw, c]: SPEC.md DepthwiseConv2d, with the bias
// as it stands. One thread an element.
//
// Floor: each element of x and of y once, kh * kw multiplications an element. Prediction on an H100: 3x3 of
// [56, 56, 144], 2.7 MB: some 5 us. Not measured.
#include "primitives.cuh"

struct Depthwise {
    int elements;
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point;
};

KERNEL void depthwise_conv2d_s16_s8_s32(const int16_t* x, const int8_t* weight, const int32_t* bias, int32_t* y,
                                        Depthwise p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index), c = at % p.c, position = at / p.c;
    const int j0 = position % p.ow * p.stride_w - p.left;
    const int i0 = position / p.ow % p.oh * p.stride_h - p.top;
    const int16_t* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c;

    int sum = bias[c];
    for (int u = 0; u < p.kh; ++u) {
        const int i = i0 + u * p.dilation_h;
        if (i < 0 || i >= p.h) continue;
        for (int v = 0; v < p.kw; ++v) {
            const int j = j0 + v * p.dilation_w;
            if (j < 0 || j >= p.w) continue;
            const int product = weight[(u * p.kw + v) * p.c + c] * (image[(i * p.w + j) * p.c + c] - p.zero_point);
            sum = add_wrapping(sum, product);
        }
    }
    y[at] = sum;
}
