// What kernels of rows share: the threads that compute one row together.
//
// Where rows are short a warp computes one, and a block eight of them; where they are long the whole block computes
// one. All threads of a row must come to each function here, and a block must be of 256 threads.
#pragma once
#include "groups.cuh"

constexpr int WARP = 32, WARPS = 8;

struct Team {
    uint64_t* partials;  // shared memory, one a warp
    int wide;            // 1: the block computes one row
    int row, rank, size;

    __device__ Team(uint64_t* partials, int wide) : partials(partials), wide(wide) {
        const int thread = static_cast<int>(threadIdx.x), block = static_cast<int>(blockIdx.x);
        row = wide ? block : block * WARPS + thread / WARP;
        rank = wide ? thread : thread % WARP;
        size = wide ? WARP * WARPS : WARP;
    }

    // The combination of every thread's v, for every thread; `combine` is associative and commutative.
    template <class T, class F>
    __device__ T reduce(T v, F combine) const {
        const unsigned lane = threadIdx.x % WARP;
#pragma unroll
        for (unsigned step = WARP / 2; step > 0; step /= 2) v = combine(v, WARP_SHUFFLE(v, lane ^ step));
        if (!wide) return v;
        BLOCK_BARRIER(3);  // all have read what an earlier call left here
        if (lane == 0) partials[threadIdx.x / WARP] = static_cast<uint64_t>(v);
        BLOCK_BARRIER(4);
        v = static_cast<T>(partials[0]);
        for (int warp = 1; warp < WARPS; ++warp) v = combine(v, static_cast<T>(partials[warp]));
        return v;
    }

    // Sums wrap: exact where the final sum fits, in any order.
    __device__ uint64_t sum(uint64_t v) const {
        return reduce(v, [](uint64_t a, uint64_t b) { return a + b; });
    }

    __device__ int max(int v) const {
        return reduce(v, [](int a, int b) { return a > b ? a : b; });
    }

    // f(index in the row, element) for each of the row's k elements.
    template <class F>
    __device__ void each(const void* x, int type, int k, F f) const {
        for (int at = rank * GROUP; at < k; at += AHEAD * size * GROUP) {
            int v[AHEAD][GROUP];
            load_ahead(x, type, at, k, v);
#pragma unroll
            for (int step = 0; step < AHEAD; ++step)
#pragma unroll
                for (int i = 0; i < GROUP; ++i)
                    if (next(at, step) + i < k) f(next(at, step) + i, v[step][i]);
        }
    }

    // y = f(index in the row, element) for each of the row's k elements. The thread that reads an element of x writes
    // the one of y, so y may be x, and what one call has written the next may read.
    template <class F>
    __device__ void map(const void* x, int from_type, void* y, int to_type, int k, F f) const {
        for (int at = rank * GROUP; at < k; at += AHEAD * size * GROUP) {
            int v[AHEAD][GROUP];
            load_ahead(x, from_type, at, k, v);
#pragma unroll
            for (int step = 0; step < AHEAD; ++step) {
                const int column = next(at, step), to = row * k + column;
#pragma unroll
                for (int i = 0; i < GROUP; ++i)
                    if (column + i < k) v[step][i] = f(column + i, v[step][i]);
                if (k % GROUP != 0) {
#pragma unroll
                    for (int i = 0; i < GROUP; ++i)
                        if (column + i < k) store_typed(y, to_type, to + i, v[step][i]);
                } else if (column < k) {
                    store_group(y, to_type, to, v[step]);
                }
            }
        }
    }

private:
    // Groups that a thread asks of memory before it works on the first.
    static constexpr int AHEAD = 4;

    // Index of the group that is `step` turns of the whole team after the one at `at`.
    __device__ int next(int at, int step) const { return at + step * size * GROUP; }

    // Beyond the row's end 0. Rows begin at whole groups where k is a multiple of GROUP.
    __device__ void load_ahead(const void* x, int type, int at, int k, int (&v)[AHEAD][GROUP]) const {
#pragma unroll
        for (int step = 0; step < AHEAD; ++step) {
            const int column = next(at, step), from = row * k + column;
            if (k % GROUP == 0 && column < k) {
                load_group(x, type, from, v[step]);
            } else {
#pragma unroll
                for (int i = 0; i < GROUP; ++i) v[step][i] = column + i < k ? load_typed(x, type, from + i) : 0;
            }
        }
    }
};
