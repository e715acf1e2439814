// y [batch, oh, ow, c]: the maximum, or the mean, of x [batch, h, w, c] over a window, inside the image only, i8 or i16:
// SPEC.md MaxPool and AvgPool. Pads are below the kernel, so every window holds a position.
// A thread takes four channels where c allows, else one; `lanes` threads share a window, neighbours take neighbouring
// channels. Sums of a mean are below 2^28.
//
// Floor: each element of x once and of y once; windows that overlap come from the cache, kh * kw / 4 loads a result.
// Prediction on an H100: MaxPool 3x3/2 of [112, 112, 64] at batch 256, 257 MB: 0.1 to 0.2 ms. Not measured.
#include "lanes.cuh"
#include "rounding.cuh"

struct Pool {
    int threads;  // lanes of every group of channels of every position of the batch
    int h, w, c, oh, ow, kh, kw, stride_h, stride_w, top, left;
    int type, lanes, mean, zero_x, zero_y, count_padding;
};

template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
    T v[V];
};

// The part of a window that lies inside the image, and the lanes' partial results on it.
template <class T, int V>
__device__ void windows(const T* x, T* y, const Pool& p, int* shared) {
    const Lanes l(p.lanes, false);
    const bool real = l.result < p.threads / p.lanes;
    const int groups = p.c / V, position = real ? l.result / groups : 0, c = real ? l.result % groups * V : 0;
    const int i = position / p.ow % p.oh * p.stride_h - p.top, j = position % p.ow * p.stride_w - p.left;
    const int i0 = i < 0 ? 0 : i, i1 = i + p.kh < p.h ? i + p.kh : p.h;
    const int j0 = j < 0 ? 0 : j, j1 = j + p.kw < p.w ? j + p.kw : p.w;
    const T* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c + c;

    int best[V];
    for (int k = 0; k < V; ++k) best[k] = p.mean ? 0 : -32768;
    int row = i0, column = j0 + l.lane;
    while (row < i1) {
        if (column >= j1) {
            column -= j1 - j0;
            ++row;
            continue;
        }
        const Pack<T, V> pack = *reinterpret_cast<const Pack<T, V>*>(image + (row * p.w + column) * p.c);
#pragma unroll
        for (int k = 0; k < V; ++k) {
            const int v = pack.v[k];
            best[k] = p.mean ? best[k] + v - p.zero_x : v > best[k] ? v : best[k];
        }
        column += p.lanes;
    }
    const bool mean = p.mean;
    for (int k = 0; k < V; ++k)
        best[k] = l.reduce(shared + 256 * k, best[k], [mean](int a, int b) { return mean ? a + b : a > b ? a : b; });
    if (!real || l.lane != 0) return;

    Pack<T, V> result;
    if (p.mean) {
        const int n = p.count_padding ? p.kh * p.kw : (i1 - i0) * (j1 - j0);
        int bits = 0;
        while ((n - 1) >> bits) ++bits;
        // TOSA's reciprocal, a little above 1 / n.
        const int m = static_cast<int>((((static_cast<int64_t>(1) << 30) + 1) << bits) / n);
        const int least = sizeof(T) == 1 ? -128 : -32768;
        for (int k = 0; k < V; ++k)
            best[k] = clamp_to(q31s(best[k], m, 30 + bits) + p.zero_y, least, ~least);
    }
    for (int k = 0; k < V; ++k) result.v[k] = static_cast<T>(best[k]);
    *reinterpret_cast<Pack<T, V>*>(y + static_cast<int64_t>(l.result) * V) = result;
}

KERNEL void pool(const void* x, void* y, Pool p) {
    __shared__ int shared[4 * 256];
    const bool four = p.c % 4 == 0;
    if (p.type == TYPE_I8) {
        const int8_t* from = static_cast<const int8_t*>(x);
        int8_t* to = static_cast<int8_t*>(y);
        if (four) windows<int8_t, 4>(from, to, p, shared);
        else windows<int8_t, 1>(from, to, p, shared);
    } else {
        const int16_t* from = static_cast<const int16_t*>(x);
        int16_t* to = static_cast<int16_t*>(y);
        if (four) windows<int16_t, 4>(from, to, p, shared);
        else windows<int16_t, 1>(from, to, p, shared);
    }
}
