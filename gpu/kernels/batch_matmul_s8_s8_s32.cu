// batch_matmul.cuh with a s8 and b s8, and a tail behind it. From compute 8.0 through the stages of pipeline.cuh; the
// zero points are taken off by the sums of the rows of both, which are made on the way.
//
// Floor: 2mnk operations, and each operand once a tile of the other. Prediction for an H100: what gemm_s8_s8_s32 gives,
// less a tenth for the sums; b that is not transposed comes byte by byte, half of that. Not measured.
#include "batch_matmul.cuh"
#include "gemm.cuh"

#if ISOCORTEX_MMA
// Rows of b [n, k], or those of b [k, n], whose elements lie n apart.
struct EitherRows {
    typedef const int8_t* Row;
    typedef int Place;
    const int8_t* b;
    int k, n, transposed;
    __device__ Row row(int column) const { return transposed ? b + static_cast<int64_t>(column) * k : b + column; }
    __device__ Place place(int at) const { return at; }
    __device__ void next(Place& place) const { place += STEP; }
    __device__ void copy(int8_t* to, Row row, Place place) const {
        if (transposed) return GemmRows{b, k}.copy(to, row, place);
#pragma unroll
        for (int word = 0; word < CHUNK / 4; ++word) {
            int bytes = 0;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const int at = place + 4 * word + i;
                if (at < k) bytes |= byte_at(row[static_cast<int64_t>(at) * n], i);
            }
            store_shared(to + 4 * word, bytes);
        }
    }
};

struct alignas(16) OffsetSums {
    int rows[SIDE], columns[SIDE];
};

// sum (x - za)(w - zb) = sum x * w - zb * sum x - za * sum w + k * za * zb. A thread adds up a chunk of a row of x and
// of one of w, which are 0 beyond k; four neighbours have a row.
struct ZeroPoints {
    OffsetSums& shared;
    int zero_x, zero_w, k;
    int of_x, of_w;

    __device__ ZeroPoints(OffsetSums& shared, int zero_x, int zero_w, int k)
        : shared(shared), zero_x(zero_x), zero_w(zero_w), k(k), of_x(0), of_w(0) {}
    __device__ static int sum(const int8_t* rows, int before) {
        const int thread = static_cast<int>(threadIdx.x);
        const Run four = *reinterpret_cast<const Run*>(rows + swizzled(thread / CHUNKS, thread % CHUNKS));
#pragma unroll
        for (int i = 0; i < 4; ++i) before = dot4(four.words[i], 0x01010101, before);
        return before;
    }
    __device__ void add(const int8_t* x, const int8_t* w) {
        if (zero_w != 0) of_x = sum(x, of_x);
        if (zero_x != 0) of_w = sum(w, of_w);
    }
    __device__ void finish() {
        const unsigned thread = threadIdx.x;
        for (unsigned apart = 1; apart < CHUNKS; apart *= 2) {
            of_x = add_wrapping(of_x, WARP_SHUFFLE(of_x, thread % 32 ^ apart));
            of_w = add_wrapping(of_w, WARP_SHUFFLE(of_w, thread % 32 ^ apart));
        }
        if (thread % CHUNKS == 0) {
            shared.rows[thread / CHUNKS] = of_x;
            shared.columns[thread / CHUNKS] = of_w;
        }
        BLOCK_BARRIER(57);  // the sums are there
    }
    __device__ int of(int row, int column, int sum) const {
        const unsigned x = static_cast<unsigned>(zero_x), w = static_cast<unsigned>(zero_w);
        return static_cast<int>(static_cast<unsigned>(sum) - w * static_cast<unsigned>(shared.rows[row]) -
                                x * static_cast<unsigned>(shared.columns[column]) + static_cast<unsigned>(k) * x * w);
    }
};
#endif

struct BatchMatMulTail {
    BatchMatMul product;
    Tail tail;
};

KERNEL void batch_matmul_s8_s8_s32(const int8_t* a, const int8_t* b, const int32_t* bias, const int32_t* scale,
                                   const int8_t* table, const void* residual, void* y, BatchMatMulTail p) {
    const BatchMatMul& q = p.product;
    const TailMemory memory = {scale, table, residual};
#if ISOCORTEX_MMA
    __shared__ Stages<SmallShape> stages;
    __shared__ OffsetSums sums;
    const Area area = q.area(STEP);
    const GemmRows x = {a + q.matrix() * q.m * q.k, q.k};
    const EitherRows w = {b + q.matrix() * q.n * q.k, q.k, q.n, q.transposed};
    const ZeroPoints zeros(sums, q.zero_a, q.zero_b, area.k.to - area.k.from);
    pipeline_product(stages, area, x, w, zeros, bias, y, q.m, q.n, p.tail, memory);
#else
    __shared__ Limbs<1, 1> tile;
    batch_matmul(tile, a, b, q, [&](int at, int column, int v) {
        tail_store(p.tail, memory, y, at, column, add_wrapping(v, bias[column]));
    });
#endif
}
