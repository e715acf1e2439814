// The tiled product of compute capability 9.0a: y[m, n] = tail(bias[n] + sum_k x[m, k] * w[n, k]).
//
// A block of 256 threads, two warpgroups, owns 128 x 256 of y; a warpgroup has 64 rows of it in the registers of its
// threads. Steps of 128 bytes of k come into a ring of four stages, two steps ahead of their use. The host has packed
// w as the tiles that the tensor cores want, so that one bulk copy brings a step of it; rows of x come in chunks of 16
// bytes to where the swizzle wants them, by cp.async or, where they do not lie in chunks, by stores. All threads do
// both, for products are under way while the next copies are started.
//
// A stage's barrier counts one arrival a warp, by which it says that its own part of x is there and seen by the async
// proxy, and the bulk copy. Who has passed it for a step knows more: all warps have waited for the products of two
// steps ago, so that their stage can be filled again.
//
// w is packed as [tiles of 256 columns][steps][256 rows of 128 bytes, swizzled], with zeros beyond n and k, so a row
// of x may be padded with anything.
#pragma once
#include "pipeline.cuh"
#include "warpgroup.cuh"

#if ISOCORTEX_WGMMA
constexpr int WGMMA_M = 128, WGMMA_N = 256, WGMMA_STEP = 128, WGMMA_STAGES = 4, AHEAD = 2;
constexpr int ROW_CHUNKS = WGMMA_STEP / CHUNK, WARPGROUP_M = 64;

union WgmmaMemory {
    struct {
        int8_t x[WGMMA_M * WGMMA_STEP], w[WGMMA_N * WGMMA_STEP];
    } stage[WGMMA_STAGES];
    WarpSums sums[PIPELINE_THREADS / 32];
};
// The atoms want 1,024, of which the start of dynamic shared memory promises 16. `Kernel::shared` says the sum too.
constexpr int ATOM = 1024;
static_assert(sizeof(WgmmaMemory) + ATOM == 197632, "as kernel.rs says");

template <class X>
__device__ void wgmma_product(int8_t* shared, Mbarrier (&full)[WGMMA_STAGES], const X& x, const int8_t* w,
                              const int32_t* bias, void* y, int rows, int columns, int ldw, const Tail& tail,
                              const TailMemory& memory) {
    constexpr int LOADS = WGMMA_M * ROW_CHUNKS / PIPELINE_THREADS, APART = PIPELINE_THREADS / ROW_CHUNKS;
    constexpr int W_BYTES = WGMMA_N * WGMMA_STEP;
    WgmmaMemory& tiles = *reinterpret_cast<WgmmaMemory*>(shared + (ATOM - shared_address(shared) % ATOM) % ATOM);
    const int column_tiles = (columns + WGMMA_N - 1) / WGMMA_N, steps = (ldw + WGMMA_STEP - 1) / WGMMA_STEP;
    const int block = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
    const int m0 = block / column_tiles * WGMMA_M, n0 = block % column_tiles * WGMMA_N;
    const int warp = thread / 32, lane = thread % 32, warpgroup = warp / 4;

    if (thread == 0) {
        for (int i = 0; i < WGMMA_STAGES; ++i) mbarrier_init(full[i], PIPELINE_THREADS / 32 + 1);
        PROXY_FENCE(60);  // for the bytes that will be counted
    }
    BLOCK_BARRIER(61);  // the barriers are there

    // This thread always fills the same chunk of the same rows. What lies beyond y gives sums that nobody stores,
    // so the last row serves there.
    const int chunk = thread % ROW_CHUNKS, first = thread / ROW_CHUNKS;
    typename X::Row from[LOADS];
#pragma unroll
    for (int i = 0; i < LOADS; ++i) {
        const int m = m0 + first + i * APART;
        from[i] = x.row(m < rows ? m : rows - 1);
    }
    typename X::Place place = x.place(CHUNK * chunk);
    const int8_t* from_w = w + static_cast<int64_t>(block % column_tiles) * steps * W_BYTES;

    // The copies of one step; a group without any where there are no more steps.
    auto start = [&](int step) {
        if (step < steps) {
            auto& stage = tiles.stage[step % WGMMA_STAGES];
            if (thread == 0) {
                mbarrier_arrive_expecting(full[step % WGMMA_STAGES], W_BYTES);
                copy_bulk(stage.w, from_w + static_cast<int64_t>(step) * W_BYTES, W_BYTES, full[step % WGMMA_STAGES]);
            }
#pragma unroll
            for (int i = 0; i < LOADS; ++i) x.copy(stage.x + atom_place(first + i * APART, chunk), from[i], place);
            for (int moved = 0; moved < WGMMA_STEP; moved += STEP) x.next(place);
        }
        copy_commit();
    };
#pragma unroll 1
    for (int step = 0; step < AHEAD; ++step) start(step);

    int sums[128] = {};
#pragma unroll 1
    for (int step = 0; step < steps; ++step) {
        auto& stage = tiles.stage[step % WGMMA_STAGES];
        Mbarrier& whole = full[step % WGMMA_STAGES];
        COPY_WAIT(62, AHEAD - 1);
        PROXY_FENCE(63);   // what this thread has copied and stored is there for the products
        WARP_BARRIER(64);  // and what this warp has
        if (lane == 0) MBARRIER_ARRIVE(65, whole);
        MBARRIER_WAIT(66, whole, step / WGMMA_STAGES % 2);
        // The contents of a descriptor are the same for the whole warpgroup.
        const uint64_t a = tile_descriptor(stage.x + warpgroup * WARPGROUP_M * WGMMA_STEP);
        const uint64_t b = tile_descriptor(stage.w);
        WGMMA_FENCE(67);
#pragma unroll
        for (int k = 0; k < WGMMA_STEP; k += 32) wgmma_64x256x32(sums, a + (k >> 4), b + (k >> 4));
        wgmma_commit();
        start(step + AHEAD);  // into the stage of two steps ago, which all warps have done with: wait 68, barrier 66
        WGMMA_WAIT(68, 1);    // the products of the step before
    }
    WGMMA_WAIT(69, 0);
    hold(sums);
    BLOCK_BARRIER(70);  // nobody's products read the stages any more

    // Thirty-two columns of the warp's sixteen rows at a time; a lane stores half a row of them.
    WarpSums& own = tiles.sums[warp];
    const int row = lane / 2, column = lane % 2 * 16, m = m0 + 16 * warp + row;
#pragma unroll 1
    for (int part = 0; part < WGMMA_N / 32; ++part) {
#pragma unroll
        for (int known = 0; known < WGMMA_N / 32; ++known) {  // registers have no run-time index
            if (known != part) continue;
#pragma unroll
            for (int i = 0; i < 16; ++i)
                own.rows[lane / 4 + i / 2 % 2 * 8][i / 4 * 8 + lane % 4 * 2 + i % 2] = sums[16 * known + i];
        }
        WARP_BARRIER(71);  // the rows are whole
        const int n = n0 + 32 * part + column;
        if (m < rows && n < columns)
            tail_store_run(tail, memory, y, m * columns + n, n, columns - n, own.rows[row] + column, bias);
        WARP_BARRIER(72);  // and read before the next come
    }
}
#endif
