// A long sum shared by blocks: k lies in parts, each with a result of its own, one behind the other, which
// `sum_parts.cu` adds up.
#pragma once
#include "primitives.cuh"

// From where to where in a k of `size` a part goes, in whole steps; the last ones may be empty.
struct Part {
    int from, to;

    __device__ Part(int part, int parts, int size, int step) {
        const int steps = (size + step - 1) / step, length = (steps + parts - 1) / parts * step;
        from = part * length < size ? part * length : size;
        to = size - from < length ? size : from + length;
    }
};

// What a block computes of a product: a tile of the result, over a part of k. Blocks have the n tiles innermost, so that
// neighbours share rows of x in the cache, and the parts outermost.
struct Area {
    int m0, n0;
    Part k;
    int first;  // where the part's result begins in y

    __device__ Area(int tile_m, int tile_n, int rows, int columns, int size, int step, int parts)
        : Area(tile_m, tile_n, rows, columns, size, step, parts, static_cast<int>(blockIdx.x),
               (rows + tile_m - 1) / tile_m * ((columns + tile_n - 1) / tile_n), rows * columns) {}

    // One of several products: `blocks` and `results` of one part are those of all.
    __device__ Area(int tile_m, int tile_n, int rows, int columns, int size, int step, int parts, int block, int blocks,
                    int results)
        : k(block / blocks, parts, size, step) {
        const int across = (columns + tile_n - 1) / tile_n, tiles = (rows + tile_m - 1) / tile_m * across;
        m0 = block % tiles / across * tile_m;
        n0 = block % across * tile_n;
        first = block / blocks * results + block % blocks / tiles * rows * columns;
    }
};
