// y [batch, oh, ow, o], s32 or what the tail gives, from x s8 [batch, h, w, c] and weights s8 [o, ldw], ldw >= kh * kw * c: SPEC.md
// Conv2d as an implicit GEMM. The host has folded the zero point into the bias, so a position outside the
// image counts as the zero point: w * (zp - zp) = 0.
// Blocks: ceil(batch * oh * ow / 64) * ceil(o / 64) of 256 threads.
#include "tile.cuh"

struct Conv {
    int rows, o, ldw;            // rows = batch * oh * ow
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point;
    Tail tail;
};

struct ConvRows {
    struct Row {
        const int8_t* image;
        int i, j;  // the window's corner, which may lie outside the image
    };
    const int8_t* x;
    const Conv& p;

    __device__ Row row(int m) const {
        const int image = m / (p.oh * p.ow), position = m % (p.oh * p.ow);
        return Row{x + static_cast<int64_t>(image) * p.h * p.w * p.c, position / p.ow * p.stride_h - p.top,
                   position % p.ow * p.stride_w - p.left};
    }
    // Where byte k of the row lies, or null outside the image.
    __device__ const int8_t* find(Row row, int k) const {
        const int c = k % p.c, window = k / p.c;
        const int i = row.i + window / p.kw * p.dilation_h, j = row.j + window % p.kw * p.dilation_w;
        if (i < 0 || i >= p.h || j < 0 || j >= p.w) return nullptr;
        return row.image + (static_cast<int64_t>(i) * p.w + j) * p.c + c;
    }
    __device__ int word(Row row, int k) const {
        const int size = p.kh * p.kw * p.c;
        int bytes = 0;
        if (p.c % 4 == 0) {
            if (k >= size) return 0;
            if (const int8_t* at = find(row, k)) return load_word(at);
            for (int i = 0; i < 4; ++i) bytes |= byte_at(static_cast<int8_t>(p.zero_point), i);
            return bytes;
        }
        for (int i = 0; i < 4; ++i) {
            if (k + i >= size) break;
            const int8_t* at = find(row, k + i);
            bytes |= byte_at(at ? *at : static_cast<int8_t>(p.zero_point), i);
        }
        return bytes;
    }
};

KERNEL void conv2d_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                             const int8_t* table, const void* residual, void* y, Conv p) {
    __shared__ Tile tile;
    tile_product<Product>(tile, ConvRows{x, p}, w, bias, y, p.rows, p.o, p.ldw, p.tail,
                          TailMemory{scale, table, residual});
}
