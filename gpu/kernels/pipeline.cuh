// The tiled product of compute 8.0 and later: y[m, n] = tail(bias[n] + sum_k x[m, k] * w[n, k]).
//
// A block of 256 threads owns a tile of y. Steps of 64 bytes of k come into shared memory by asynchronous copies,
// two steps ahead of their use; eight warps take fragments from there (the next while the tensor cores multiply
// the present), and give their sums out through shared memory again, so that 16 bytes go out at a time.
//
// Banks: a row of a step is 64 bytes, so two rows share the 32 banks; chunk c of row r lies in the place of chunk
// c ^ (r / 2 % 4), which puts the eight rows that ldmatrix reads at once, and those that a copy writes, in
// different banks.
#pragma once
#include "parts.cuh"
#include "tail.cuh"

#if ISOCORTEX_MMA
constexpr int STEP = 64, STAGES = 3, CHUNK = 16, CHUNKS = STEP / CHUNK, PIPELINE_THREADS = 256;

// M x N of y in a block, of which each of 8 warps has M / WARPS_M x 32.
template <int M_, int N_, int WARPS_M_>
struct Shape {
    static constexpr int M = M_, N = N_, WARPS_M = WARPS_M_;
    static constexpr int WARP_M = M / WARPS_M, WARP_N = 32;
    static constexpr int FRAGMENTS_M = WARP_M / 16, FRAGMENTS_N = WARP_N / 8;
    static_assert(N / WARP_N * WARPS_M == 8, "eight warps");
};
using SmallShape = Shape<64, 64, 4>;
using WideShape = Shape<128, 128, 2>;

// Rows of 40 words: what a fragment writes at once falls into different banks.
constexpr int SUMS_PITCH = 40;
struct WarpSums {
    int rows[16][SUMS_PITCH];
};

template <class Shape>
union alignas(128) Stages {  // copies and ldmatrix want 16
    struct {
        int8_t x[Shape::M * STEP], w[Shape::N * STEP];
    } step[STAGES];
    WarpSums sums[8];
};

__device__ inline int swizzled(int row, int chunk) { return row * STEP + (chunk ^ (row / 2 % CHUNKS)) * CHUNK; }

// Sixteen bytes of a row of x that does not lie in chunks: word by word.
template <class X>
__device__ void copy_words(int8_t* to, const X& x, typename X::Row row, int k) {
#pragma unroll 1
    for (int i = 0; i < CHUNK / 4; ++i) store_shared(to + 4 * i, x.word(row, k + 4 * i));
}

// The fragments of half a step: what the warp multiplies at once.
template <class Shape>
struct Fragments {
    int a[Shape::FRAGMENTS_M][4], b[Shape::FRAGMENTS_N][2];

    __device__ void load(const int8_t* x, const int8_t* w, int warp_m, int warp_n, int half) {
        const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
        for (int i = 0; i < Shape::FRAGMENTS_M; ++i)  // rows 0..8, 8..16, and the same of the second chunk
            load_matrices(a[i], x + swizzled(warp_m + 16 * i + lane % 16, 2 * half + lane / 16));
#pragma unroll
        for (int i = 0; i < Shape::FRAGMENTS_N; i += 2) {  // both chunks of columns 0..8, then of 8..16
            int r[4];
            load_matrices(r, w + swizzled(warp_n + 8 * i + lane / 16 * 8 + lane % 8, 2 * half + lane / 8 % 2));
            b[i][0] = r[0], b[i][1] = r[1], b[i + 1][0] = r[2], b[i + 1][1] = r[3];
        }
    }
    __device__ void multiply(int (&sums)[Shape::FRAGMENTS_M][Shape::FRAGMENTS_N][4]) const {
#pragma unroll
        for (int i = 0; i < Shape::FRAGMENTS_M; ++i)
#pragma unroll
            for (int j = 0; j < Shape::FRAGMENTS_N; ++j) mma_16x8x32(sums[i][j], a[i], b[j]);
    }
};

// Weights [n, ldw] with ldw a multiple of 64 and zeros beyond k, so a row of x may be padded with anything.
struct WeightRows {
    typedef const int8_t* Row;
    typedef int Place;
    const int8_t* w;
    int ldw;
    __device__ Row row(int n) const { return w + static_cast<int64_t>(n) * ldw; }
    __device__ Place place(int k) const { return k; }
    __device__ void next(Place& place) const { place += STEP; }
    __device__ void copy(int8_t* to, Row row, Place place) const { copy_16_async(to, row + place, CHUNK); }
};

// What the elements are as they lie in memory: nothing is added to their products.
struct Plain {
    __device__ void add(const int8_t*, const int8_t*) {}
    __device__ void finish() {}
    __device__ int of(int, int, int sum) const { return sum; }
};

// `X` and `W` give rows and a place in them: `Row row(int m)`, m < rows; `Place place(int k)` and `next(Place&)`, a step
// on; `copy(int8_t* to, Row, const Place&)`, which puts 16 bytes of the row into shared memory, at once or by
// `copy_16_async`. `Offsets` sees each step of both, as it lies there, and in the end adds to the sum at a row and a
// column of the tile.
template <class Shape, class X, class W, class Offsets>
__device__ void pipeline_product(Stages<Shape>& stages, const Area& area, const X& x, const W& w, Offsets offsets,
                                 const int32_t* bias, void* y, int rows, int columns, const Tail& tail,
                                 const TailMemory& memory) {
    constexpr int LOADS_X = Shape::M * CHUNKS / PIPELINE_THREADS, LOADS_W = Shape::N * CHUNKS / PIPELINE_THREADS;
    constexpr int APART = PIPELINE_THREADS / CHUNKS;
    const int thread = static_cast<int>(threadIdx.x), m0 = area.m0, n0 = area.n0;
    const int warp = thread / 32, lane = thread % 32;
    const int warp_m = warp % Shape::WARPS_M * Shape::WARP_M, warp_n = warp / Shape::WARPS_M * Shape::WARP_N;

    // This thread always fills the same chunk of the same rows. What lies beyond y gives sums that nobody stores,
    // so the last row serves there.
    const int chunk = thread % CHUNKS, first = thread / CHUNKS;
    typename X::Row from_x[LOADS_X];
    typename W::Row from_w[LOADS_W];
#pragma unroll
    for (int i = 0; i < LOADS_X; ++i) {
        const int m = m0 + first + i * APART;
        from_x[i] = x.row(m < rows ? m : rows - 1);
    }
#pragma unroll
    for (int i = 0; i < LOADS_W; ++i) {
        const int n = n0 + first + i * APART;
        from_w[i] = w.row(n < columns ? n : columns - 1);
    }
    typename X::Place place_x = x.place(area.k.from + CHUNK * chunk);
    typename W::Place place_w = w.place(area.k.from + CHUNK * chunk);
    const int steps = (area.k.to - area.k.from + STEP - 1) / STEP;

    // The copies of one step; a group without any where there are no more steps.
    auto start = [&](int step) {
        if (step < steps) {
            auto& stage = stages.step[step % STAGES];
#pragma unroll
            for (int i = 0; i < LOADS_X; ++i) x.copy(stage.x + swizzled(first + i * APART, chunk), from_x[i], place_x);
#pragma unroll
            for (int i = 0; i < LOADS_W; ++i) w.copy(stage.w + swizzled(first + i * APART, chunk), from_w[i], place_w);
            x.next(place_x);
            w.next(place_w);
        }
        copy_commit();
    };
#pragma unroll 1
    for (int step = 0; step < STAGES - 1; ++step) start(step);
    COPY_WAIT(51, STAGES - 2);
    BLOCK_BARRIER(52);  // step 0 is whole

    int sums[Shape::FRAGMENTS_M][Shape::FRAGMENTS_N][4] = {};
    Fragments<Shape> even, odd;
    even.load(stages.step[0].x, stages.step[0].w, warp_m, warp_n, 0);
#pragma unroll 1
    for (int step = 0; step < steps; ++step) {
        const auto& stage = stages.step[step % STAGES];
        odd.load(stage.x, stage.w, warp_m, warp_n, 1);
        start(step + STAGES - 1);  // into the stage that all have read: barrier 53 of the step before
        even.multiply(sums);
        offsets.add(stage.x, stage.w);
        COPY_WAIT(54, STAGES - 2);
        BLOCK_BARRIER(53);  // the next step is whole, and this one is read
        if (step + 1 < steps) {
            const auto& ahead = stages.step[(step + 1) % STAGES];
            even.load(ahead.x, ahead.w, warp_m, warp_n, 0);
        }
        odd.multiply(sums);
    }

    offsets.finish();
    // Sixteen rows of the warp at a time; a lane stores half a row of them. The last barrier 53 let the stages go.
    WarpSums& own = stages.sums[warp];
    const int row = lane / 2, column = lane % 2 * 16;
#pragma unroll 1
    for (int i = 0; i < Shape::FRAGMENTS_M; ++i) {
#pragma unroll
        for (int known = 0; known < Shape::FRAGMENTS_M; ++known) {  // registers have no run-time index
            if (known != i) continue;
#pragma unroll
            for (int j = 0; j < Shape::FRAGMENTS_N; ++j)
#pragma unroll
                for (int v = 0; v < 4; ++v) {
                    const int r = lane / 4 + v / 2 * 8, c = 8 * j + lane % 4 * 2 + v % 2;
                    own.rows[r][c] = offsets.of(warp_m + 16 * known + r, warp_n + c, sums[known][j][v]);
                }
        }
        WARP_BARRIER(55);  // the rows are whole
        const int m = m0 + warp_m + 16 * i + row, n = n0 + warp_n + column;
        if (m < rows && n < columns)
            tail_store_run(tail, memory, y, area.first + m * columns + n, n, columns - n, own.rows[row] + column, bias);
        WARP_BARRIER(56);  // and read before the next come
    }
}
#endif
