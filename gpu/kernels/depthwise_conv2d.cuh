// y [batch, oh, ow, c] from x [batch, h, w, c], i8 or i16, and weights s8 [kh, kw, c]: SPEC.md DepthwiseConv2d, with the
// bias as it stands. One thread an element, or a part of one where the window is large and elements are few.
//
// Floor: each element of x and of y once, kh * kw multiplications an element. Prediction on an H100: 3x3 of
// [56, 56, 144] some 5 us; one element over a window of 2^24 by 1,024 threads some 0.3 ms. Not measured.
#pragma once
#include "parts.cuh"

struct Depthwise {
    int elements;
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point, parts;
};

// What this thread computes: element `at`, or a part of it, which belongs at `to`.
struct Owned {
    int at, part, to;

    // Whether there is such an element.
    __device__ bool find(const Depthwise& p) {
        const unsigned index = global_index(), elements = static_cast<unsigned>(p.elements);
        at = static_cast<int>(index % elements);
        part = static_cast<int>(index / elements);
        to = static_cast<int>(index);
        return part < p.parts;
    }
};

template <class T>
__device__ int depthwise_sum(const T* x, const int8_t* weight, const int32_t* bias, const Depthwise& p,
                             const Owned& owned) {
    const int c = owned.at % p.c, position = owned.at / p.c;
    const int j0 = position % p.ow * p.stride_w - p.left;
    const int i0 = position / p.ow % p.oh * p.stride_h - p.top;
    const T* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c;
    const Part taps(owned.part, p.parts, p.kh * p.kw, 1);

    int sum = bias[c];
    int u = taps.from / p.kw, v = taps.from % p.kw;
    for (int tap = taps.from; tap < taps.to; ++tap) {
        const int i = i0 + u * p.dilation_h, j = j0 + v * p.dilation_w;
        if (i >= 0 && i < p.h && j >= 0 && j < p.w)
            sum = add_wrapping(sum, weight[tap * p.c + c] * (image[(i * p.w + j) * p.c + c] - p.zero_point));
        if (++v < p.kw) continue;
        v = 0;
        ++u;
    }
    return sum;
}
