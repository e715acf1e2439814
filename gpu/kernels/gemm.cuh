// The rows of a product's operand x s8 [m, k], as tiles and pipelines read them, and the struct of its kernels.
#pragma once
#include "pipeline.cuh"
#include "tile.cuh"

struct Gemm {
    int m, n, k, ldw, parts;
    Tail tail;
};

struct GemmRows {
    typedef const int8_t* Row;
    typedef int Place;
    const int8_t* x;
    int k;
    __device__ Row row(int m) const { return x + static_cast<int64_t>(m) * k; }
    __device__ int word(Row row, int at) const {
        if (k % 4 == 0) return at < k ? load_word(row + at) : 0;
        int bytes = 0;
        for (int i = 0; i < 4; ++i)
            if (at + i < k) bytes |= byte_at(row[at + i], i);
        return bytes;
    }
#if ISOCORTEX_MMA
    __device__ Place place(int k) const { return k; }
    __device__ void next(Place& place) const { place += STEP; }
    __device__ void copy(int8_t* to, Row row, Place place) const {
        if (k % CHUNK == 0) copy_16_async(to, row + (place < k ? place : 0), place < k ? CHUNK : 0);
        else copy_words(to, *this, row, place);
    }
#endif
};

#if ISOCORTEX_MMA
template <class Shape, class X>
__device__ void tensor_product(Stages<Shape>& stages, const X& x, const int8_t* w, const int32_t* bias, void* y,
                               int rows, int columns, int ldw, int parts, const Tail& tail, const TailMemory& memory) {
    const Area area(Shape::M, Shape::N, rows, columns, ldw, STEP, parts);
    pipeline_product(stages, area, x, WeightRows{w, ldw}, Plain{}, bias, y, rows, columns, tail, memory);
}
#endif

// The best product of this card with a tile of 64 x 64.
#if ISOCORTEX_MMA
using SmallTile = Stages<SmallShape>;
#else
using SmallTile = Tile;
#endif

template <class X>
__device__ void small_product(SmallTile& tile, const X& x, const int8_t* w, const int32_t* bias, void* y, int rows,
                              int columns, int ldw, int parts, const Tail& tail, const TailMemory& memory) {
#if ISOCORTEX_MMA
    tensor_product<SmallShape>(tile, x, w, bias, y, rows, columns, ldw, parts, tail, memory);
#else
    tile_product(tile, x, w, bias, y, rows, columns, ldw, parts, tail, memory);
#endif
}
