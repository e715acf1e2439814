// The rows of a convolution's operand x s8 [batch, h, w, c], one a position of y, as tiles and pipelines read them,
// and the struct of its kernels.
#pragma once
#include "gemm.cuh"

struct Conv {
    int rows, o, ldw;            // rows = batch * oh * ow
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point, parts;
    Tail tail;
};

struct ConvRows {
    struct Row {
        const int8_t* image;
        int i, j;  // the window's corner, which may lie outside the image
    };
    struct Place {
        int k, u, v, c;  // byte k of a row is channel c at (u, v) in the window
    };
    const int8_t* x;
    const Conv& p;

    __device__ Row row(int m) const {
        const int image = m / (p.oh * p.ow), position = m % (p.oh * p.ow);
        return Row{x + static_cast<int64_t>(image) * p.h * p.w * p.c, position / p.ow * p.stride_h - p.top,
                   position % p.ow * p.stride_w - p.left};
    }
    // Where a channel at (u, v) in the row's window lies, or null outside the image.
    __device__ const int8_t* find(Row row, int u, int v, int c) const {
        const int i = row.i + u * p.dilation_h, j = row.j + v * p.dilation_w;
        if (i < 0 || i >= p.h || j < 0 || j >= p.w) return nullptr;
        return row.image + (static_cast<int64_t>(i) * p.w + j) * p.c + c;
    }
    __device__ const int8_t* find(Row row, int k) const {
        const int window = k / p.c;
        return find(row, window / p.kw, window % p.kw, k % p.c);
    }
    __device__ int padding() const {
        return static_cast<int>(0x01010101u * static_cast<uint8_t>(p.zero_point));
    }
    __device__ int word(Row row, int k) const {
        const int size = p.kh * p.kw * p.c;
        int bytes = 0;
        if (p.c % 4 == 0) {
            if (k >= size) return 0;
            const int8_t* at = find(row, k);
            return at ? load_word(at) : padding();
        }
        for (int i = 0; i < 4; ++i) {
            if (k + i >= size) break;
            const int8_t* at = find(row, k + i);
            bytes |= byte_at(at ? *at : static_cast<int8_t>(p.zero_point), i);
        }
        return bytes;
    }
#if ISOCORTEX_MMA
    __device__ Place place(int k) const {
        const int window = k / p.c;
        return Place{k, window / p.kw, window % p.kw, k % p.c};
    }
    __device__ void next(Place& place) const {
        place.k += STEP;
        if (p.c % CHUNK != 0) return;  // not read then
        for (place.c += STEP; place.c >= p.c; place.c -= p.c) {
            if (++place.v < p.kw) continue;
            place.v = 0;
            ++place.u;
        }
    }
    // With 16 channels at a time a chunk lies in one position of the window, all of it inside the image or outside.
    __device__ void copy(int8_t* to, Row row, const Place& place) const {
        if (p.c % CHUNK != 0) return copy_words(to, *this, row, place.k);
        const bool within = place.u < p.kh;
        const int8_t* from = within ? find(row, place.u, place.v, place.c) : x;
        if (from) {
            copy_16_async(to, from, within ? CHUNK : 0);
        } else {
            const int four = padding();
            store_shared(to, Run{{four, four, four, four}});
        }
    }
#endif
};
