// y s8 [batch, oh, ow, c]: the maximum of x s8 [batch, h, w, c] over a window, inside the image only: SPEC.md
// MaxPool. Pads are below the kernel, so every window holds a position. One thread an element.
#include "primitives.cuh"

struct MaxPool {
    int elements;
    int h, w, c, oh, ow, kh, kw, stride_h, stride_w, top, left;
};

KERNEL void maxpool_s8(const int8_t* x, int8_t* y, MaxPool p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index), c = at % p.c, position = at / p.c;
    const int j0 = position % p.ow * p.stride_w - p.left;
    const int i0 = position / p.ow % p.oh * p.stride_h - p.top;
    const int8_t* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c;

    int best = -128;
    for (int i = i0 < 0 ? 0 : i0; i < i0 + p.kh && i < p.h; ++i)
        for (int j = j0 < 0 ? 0 : j0; j < j0 + p.kw && j < p.w; ++j) {
            const int v = image[(i * p.w + j) * p.c + c];
            best = v > best ? v : best;
        }
    y[at] = static_cast<int8_t>(best);
}
