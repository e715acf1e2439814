// What compute capability 9.0a adds for a warpgroup, four warps in a row: products whose operands it reads from shared
// memory by itself (wgmma), copies of whole tiles (cp.async.bulk), and barriers in shared memory that count arrivals
// and bytes (mbarrier). Facts are from the PTX ISA 9.0, by the names of its sections:
//
// - Matrix Descriptor Format; Strides; Canonical Layouts. With the 128-byte swizzle a row of a K-major tile is 128
//   bytes, eight rows are an atom of 1,024 that begins at a multiple of 1,024, and the stride offset leads from an
//   atom to the next; the leading offset is not used. Swizzle<3, 4, 3>: bits 4 to 6 of an address are those of the
//   chunk of 16 bytes, exclusive-or bits 7 to 9, the row within the atom. The next 32 bytes of k begin 32 further on.
// - Matrix Fragments for wgmma.mma_async.m64nNk32: register i of D is row 16 * warp + lane / 4 + 8 * (i / 2 % 2),
//   column 8 * (i / 4) + 2 * (lane % 4) + i % 2. N = 256 is the largest of .s32.
// - wgmma.fence: before the first product, and between an access of a register and a product that uses it, but not
//   between products of one shape into the same registers. wgmma.wait_group: registers are not to be looked at, and
//   shared memory is read, until then.
// - Async Proxy: wgmma and cp.async.bulk are in it, plain stores and cp.async are not; a fence.proxy.async lies between
//   a write of the one and a read of the other. The end of a product or of a bulk copy, once seen, is such a fence.
// - mbarrier: a phase is over when all arrivals have come and as many bytes as were expected; the wait names the
//   phase by its parity.
#pragma once
#include "primitives.cuh"

#if ISOCORTEX_WGMMA
#ifndef ISOCORTEX_EMULATOR
using Mbarrier = uint64_t;

// All of the block's shared memory beyond what has a size at compile time; the host says how much there is.
#define DYNAMIC_SHARED(name) extern __shared__ int8_t name[]
// What this thread has written to shared memory, and what it knows to be written, is there for the async proxy too.
#define PROXY_FENCE(label) asm volatile("fence.proxy.async.shared::cta;" ::: "memory")
#define MBARRIER_ARRIVE(label, barrier) mbarrier_arrive(barrier)
// Waits for the end of the phase of this parity.
#define MBARRIER_WAIT(label, barrier, parity) \
    while (!mbarrier_try_wait(barrier, parity)) {}
#define WGMMA_FENCE(label) asm volatile("wgmma.fence.sync.aligned;" ::: "memory")
// All but the latest `pending` groups of products are done.
#define WGMMA_WAIT(label, pending) asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory")

__device__ inline void mbarrier_init(Mbarrier& barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(&barrier)), "r"(arrivals) : "memory");
}

__device__ inline void mbarrier_arrive(Mbarrier& barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(&barrier)) : "memory");
}

// Arrives, and the phase is not over before so many bytes have come too.
__device__ inline void mbarrier_arrive_expecting(Mbarrier& barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(&barrier)), "r"(bytes)
                 : "memory");
}

__device__ inline bool mbarrier_try_wait(Mbarrier& barrier, int parity) {
    int over;
    asm volatile(
        "{\n\t.reg .pred over;\n\t"
        "mbarrier.try_wait.parity.shared::cta.b64 over, [%1], %2;\n\t"
        "selp.b32 %0, 1, 0, over;\n\t}"
        : "=r"(over)
        : "r"(shared_address(&barrier)), "r"(parity)
        : "memory");
    return over != 0;
}

// Starts copying so many bytes, a multiple of 16, between addresses that are; they count at the barrier.
__device__ inline void copy_bulk(void* to, const void* from, int bytes, Mbarrier& barrier) {
    asm volatile(
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(
            shared_address(to)),
        "l"(__cvta_generic_to_global(from)), "r"(bytes), "r"(shared_address(&barrier))
        : "memory");
}

// The products since the last commit become a group.
__device__ inline void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

#define REGISTERS_10(ten) \
    "%" #ten "0,%" #ten "1,%" #ten "2,%" #ten "3,%" #ten "4,%" #ten "5,%" #ten "6,%" #ten "7,%" #ten "8,%" #ten "9,"
#define OPERANDS_8(d, i)                                                                                       \
    "+r"(d[i]), "+r"(d[i + 1]), "+r"(d[i + 2]), "+r"(d[i + 3]), "+r"(d[i + 4]), "+r"(d[i + 5]), "+r"(d[i + 6]), \
        "+r"(d[i + 7])
#define OPERANDS_32(d, i) OPERANDS_8(d, i), OPERANDS_8(d, i + 8), OPERANDS_8(d, i + 16), OPERANDS_8(d, i + 24)
#define OPERANDS_128(d) OPERANDS_32(d, 0), OPERANDS_32(d, 32), OPERANDS_32(d, 64), OPERANDS_32(d, 96)

// Starts adding the product of 64 x 32 signed bytes of a with 256 x 32 of b to d; wraps. Never .satfinite.
__device__ inline void wgmma_64x256x32(int (&d)[128], uint64_t a, uint64_t b) {
    asm volatile("wgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8 {" REGISTERS_10() REGISTERS_10(1) REGISTERS_10(2)
                     REGISTERS_10(3) REGISTERS_10(4) REGISTERS_10(5) REGISTERS_10(6) REGISTERS_10(7) REGISTERS_10(8)
                         REGISTERS_10(9) REGISTERS_10(10)
                             REGISTERS_10(11) "%120,%121,%122,%123,%124,%125,%126,%127}, %128, %129, 1;"
                 : OPERANDS_128(d)
                 : "l"(a), "l"(b)
                 : "memory");
}

// Nothing that reads the sums comes before this.
__device__ inline void hold(int (&d)[128]) { asm volatile("" : OPERANDS_128(d)::"memory"); }
#endif

// Where chunk `chunk` of a row of a tile lies.
__device__ inline int atom_place(int row, int chunk) { return row * 128 + (chunk ^ row % 8) * 16; }

// The descriptor of a tile in such atoms, one after the other.
__device__ inline uint64_t tile_descriptor(const void* tile) {
    constexpr uint64_t LEADING = 1, STRIDE = 1024 >> 4, SWIZZLE_128 = 1;
    return (shared_address(tile) & 0x3ffff) >> 4 | LEADING << 16 | STRIDE << 32 | SWIZZLE_128 << 62;
}
#endif
