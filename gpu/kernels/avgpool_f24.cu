// y s8 [batch, oh, ow, c]: the mean of x s8 [batch, h, w, c] over a window as single precision rounds it, in integers:
// SPEC.md AvgPoolF24. Pads are below the kernel, so every window holds a position. Each sum is rounded before the next,
// so one thread takes a window, row by row.
//
// Floor: kh * kw dependent steps of some 40 instructions a result, and two 64-bit divisions. Prediction on an H100: a
// window of 7x7 some 5 us, of 64x64 0.5 ms, for up to 100,000 results. Not measured.
#include "rounding.cuh"

struct AvgPoolF24 {
    int elements;
    int h, w, c, oh, ow, kh, kw, stride_h, stride_w, top, left;
    int count_padding, zero_x, multiplier_x, multiplier_y, shift_x, shift_y, offset, zero_point, lo, hi;
};

// m / 2^e with m = 0, or 2^23 <= |m| < 2^24.
struct Number {
    int m, e;
};

// r24(v) / 2^e.
__device__ inline Number norm(int64_t v, int e) {
    if (v == 0) return Number{0, 0};
    v = r24(v);
    const int extra = 40 - leading_zeros(static_cast<uint64_t>(v < 0 ? -v : v));
    // All bits beyond 24 are 0.
    return Number{static_cast<int>(extra > 0 ? v >> extra : v * (1 << -extra)), e - extra};
}

// The quotient by d, 1 to 2^24 - 1, rounded once.
__device__ inline Number quotient(Number v, int d) {
    const uint64_t all = static_cast<uint64_t>(v.m < 0 ? -v.m : v.m) << 38;  // below 2^62
    const uint64_t q = all / static_cast<uint64_t>(d);
    const int64_t t = static_cast<int64_t>(2 * q + (all != q * static_cast<uint64_t>(d) ? 1 : 0));
    return norm(v.m < 0 ? -t : t, v.e + 39);
}

KERNEL void avgpool_f24(const int8_t* x, int8_t* y, AvgPoolF24 p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.elements)) return;
    const int at = static_cast<int>(index), c = at % p.c, position = at / p.c;
    const int i = position / p.ow % p.oh * p.stride_h - p.top, j = position % p.ow * p.stride_w - p.left;
    const int i0 = i < 0 ? 0 : i, i1 = i + p.kh < p.h ? i + p.kh : p.h;
    const int j0 = j < 0 ? 0 : j, j1 = j + p.kw < p.w ? j + p.kw : p.w;
    const int8_t* image = x + static_cast<int64_t>(position / p.ow / p.oh) * p.h * p.w * p.c;

    int64_t sum = 0;
    for (int row = i0; row < i1; ++row)
        for (int column = j0; column < j1; ++column) {
            const int v = image[(row * p.w + column) * p.c + c] - p.zero_x;
            sum = r24(sum + r24(static_cast<int64_t>(v) * p.multiplier_x));
        }
    const int n = p.count_padding ? p.kh * p.kw : (i1 - i0) * (j1 - j0);
    const Number mean = quotient(quotient(norm(sum, p.shift_x), n), p.multiplier_y);
    const int e = mean.e - p.shift_y;
    int64_t v;
    if (mean.m == 0 || e > 40) v = p.offset;
    else if (e < 0) v = (mean.m < 0 ? -1 : 1) * (static_cast<int64_t>(1) << 31);
    else v = rne(r24(mean.m + p.offset * (static_cast<int64_t>(1) << e)), e);
    y[at] = static_cast<int8_t>(clamp_to(v + p.zero_point, p.lo, p.hi));
}
