// y s32 [batch, oh, ow, o] from x [batch, h, w, c], i8 or i16, and weights s8 [o, kh, kw, c]: SPEC.md ConvTranspose2d.
//
// Results whose row and column leave the same rest by the stride are reached by the same taps of the kernel: a phase.
// Each phase is a convolution of stride 1 with those taps, so that no product is taken that does not count.
// Blocks: ceil(batch * ceil(oh / stride_h) * ceil(ow / stride_w) / 64) * phases * ceil(o / 64) of 256 threads.
//
// Floor and prediction as in batch_matmul.cuh.
#pragma once
#include "limbs.cuh"

struct ConvTranspose {
    int rows, o;  // rows: positions of the largest phase, over the batch
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point;
};

// The taps that reach position `first` + a multiple of the stride, along one axis: tap `tap` + a * step, for a below
// `count`, comes from position `from` - a * back of x where the result is `first`.
struct Taps {
    int tap, step, count, from, back;

    __device__ Taps(int first, int pad, int size, int stride, int dilation) {
        int a = stride, b = dilation;  // their greatest common divisor is a in the end
        while (b != 0) {
            const int rest = a % b;
            a = b;
            b = rest;
        }
        step = stride / a;
        back = dilation / a;
        for (tap = 0; tap < step && (first + pad - tap * dilation) % stride != 0;) ++tap;
        count = tap < step && tap < size ? (size - 1 - tap) / step + 1 : 0;
        from = (first + pad - tap * dilation) / stride;
    }
};

// What a block computes: one phase.
struct Phase {
    int i, j;  // the first row and column
    Taps h, w;
    int size;  // taps and channels

    __device__ Phase(const ConvTranspose& p, int i, int j)
        : i(i), j(j), h(i, p.top, p.kh, p.stride_h, p.dilation_h), w(j, p.left, p.kw, p.stride_w, p.dilation_w),
          size(h.count * w.count * p.c) {}
};

// Where row m of the phase lies in the result, and whether it does.
struct Place {
    int image, i, j;  // i and j count strides
    bool inside;

    __device__ Place(const ConvTranspose& p, const Phase& phase, int m) {
        const int down = (p.oh + p.stride_h - 1) / p.stride_h, across = (p.ow + p.stride_w - 1) / p.stride_w;
        image = m / (down * across);
        i = m / across % down;
        j = m % across;
        inside = m < p.rows && phase.i + i * p.stride_h < p.oh && phase.j + j * p.stride_w < p.ow;
    }
};

template <class T>
struct Taken {
    static constexpr int LIMBS = sizeof(T);
    const T* x;
    const ConvTranspose& p;
    const Phase& phase;
    int m0;

    __device__ const T* find(const Place& place, int k) const {
        const int c = k % p.c, tap = k / p.c;
        const int row = phase.h.from + place.i - tap / phase.w.count * phase.h.back;
        const int column = phase.w.from + place.j - tap % phase.w.count * phase.w.back;
        if (row < 0 || row >= p.h || column < 0 || column >= p.w) return nullptr;
        return x + ((static_cast<int64_t>(place.image) * p.h + row) * p.w + column) * p.c + c;
    }
    __device__ void fill(Matrix<LIMBS>& matrix, int k0) const {
        const int word = static_cast<int>(threadIdx.x) % WORDS, k = k0 + 4 * word;
        for (int row = static_cast<int>(threadIdx.x) / WORDS; row < SIDE; row += 256 / WORDS) {
            const Place place(p, phase, m0 + row);
            Word<LIMBS> found = {};
            if (place.inside && p.c % 4 == 0 && k < phase.size) {
                const T* at = find(place, k);
                if (at) found = word_of(at, 4, true);
                for (int e = 0; e < 4 && !at; ++e) found.set(e, p.zero_point);
            } else if (place.inside) {
                for (int e = 0; e < 4 && k + e < phase.size; ++e) {
                    const T* at = find(place, k + e);
                    found.set(e, at ? *at : p.zero_point);
                }
            }
            for (int limb = 0; limb < LIMBS; ++limb) matrix[limb][row][word] = found.limb[limb];
        }
    }
};

// The weights of the phase's taps.
struct Reached {
    static constexpr int LIMBS = 1;
    const int8_t* w;
    const ConvTranspose& p;
    const Phase& phase;
    int n0;

    __device__ const int8_t* find(int row, int k) const {
        const int c = k % p.c, tap = k / p.c;
        const int u = phase.h.tap + tap / phase.w.count * phase.h.step;
        const int v = phase.w.tap + tap % phase.w.count * phase.w.step;
        return w + ((static_cast<int64_t>(n0 + row) * p.kh + u) * p.kw + v) * p.c + c;
    }
    __device__ void fill(Matrix<1>& matrix, int k0) const {
        const int word = static_cast<int>(threadIdx.x) % WORDS, k = k0 + 4 * word;
        for (int row = static_cast<int>(threadIdx.x) / WORDS; row < SIDE; row += 256 / WORDS) {
            Word<1> found = {};
            if (n0 + row < p.o && p.c % 4 == 0 && k < phase.size) {
                found = word_of(find(row, k), 4, true);
            } else if (n0 + row < p.o) {
                for (int e = 0; e < 4 && k + e < phase.size; ++e) found.set(e, *find(row, k + e));
            }
            matrix[0][row][word] = found.limb[0];
        }
    }
};

template <class T>
__device__ void conv_transpose2d(Limbs<sizeof(T), 1>& tile, const T* x, const int8_t* w, const int32_t* bias, int32_t* y,
                                 const ConvTranspose& p) {
    const int tiles_n = (p.o + SIDE - 1) / SIDE, phases_w = p.stride_w < p.ow ? p.stride_w : p.ow;
    const int phases = (p.stride_h < p.oh ? p.stride_h : p.oh) * phases_w, tiles = phases * tiles_n;
    const int block = static_cast<int>(blockIdx.x), which = block % tiles / tiles_n;
    const int m0 = block / tiles * SIDE, n0 = block % tiles_n * SIDE;
    const Phase phase(p, which / phases_w, which % phases_w);
    const Reached weights = {w, p, phase, n0};
    const auto store = [&](int row, int column, int v) {
        const Place place(p, phase, m0 + row);
        if (!place.inside || n0 + column >= p.o) return;
        const int i = phase.i + place.i * p.stride_h, j = phase.j + place.j * p.stride_w;
        y[((place.image * p.oh + i) * p.ow + j) * p.o + n0 + column] = add_wrapping(v, bias[n0 + column]);
    };
    const Part whole(0, 1, phase.size, DEPTH);
    limb_product(tile, Taken<T>{x, p, phase, m0}, weights, whole, BIAS<T> - p.zero_point, 0, store);
}
