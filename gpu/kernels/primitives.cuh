// What the kernels share: packed int8 dot products, wrapping sums, typed loads and stores.
//
// The same files compile for a GPU (nvcc) and, with ISOCORTEX_EMULATOR defined, for the CPU against
// gpu/emulator/emulator.h. Every kernel takes pointers and then one struct of 32-bit integers by value;
// its grid and block are one-dimensional. Element counts of one launch stay below 2^31 (the host splits
// larger batches), so indices are 32-bit.
#pragma once
#include <stdint.h>

// ISOCORTEX_TARGET is the compute capability that the code is for, times ten.
#ifdef ISOCORTEX_EMULATOR
#include "emulator.h"
#else
#ifdef __CUDA_ARCH__
#define ISOCORTEX_TARGET (__CUDA_ARCH__ / 10)
#else
#define ISOCORTEX_TARGET 0
#endif
#define BLOCK_BARRIER(label) __syncthreads()
#define WARP_BARRIER(label) __syncwarp()
// This thread's copies have arrived, but for the latest `pending` groups.
#define COPY_WAIT(label, pending) asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory")
// The `value`, 32 or 64 bits, of another lane of the warp; all 32 lanes must come here.
#define WARP_SHUFFLE(value, lane) __shfl_sync(0xffffffffu, value, lane)
#define KERNEL extern "C" __global__
#endif
#define ISOCORTEX_MMA (ISOCORTEX_TARGET >= 80)
// For 9.0 and no other, not even a later one.
#define ISOCORTEX_WGMMA (ISOCORTEX_TARGET == 90)

// Element types as SPEC.md section 7 numbers them.
enum : int { TYPE_I8 = 0, TYPE_I16 = 1, TYPE_I32 = 2 };

// Sums that wrap. SPEC.md's condition on weights makes the final value fit, so wrapping on the way is exact.
__device__ inline int add_wrapping(int a, int b) {
    return static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b));
}

#ifndef ISOCORTEX_EMULATOR
// Zero bits above the highest one; 64 for 0.
__device__ inline int leading_zeros(uint64_t v) { return __clzll(static_cast<long long>(v)); }

// c + the dot product of four signed bytes of a with four of b; wraps.
__device__ inline int dot4(int a, int b, int c) { return __dp4a(a, b, c); }

// One warp's 16x32 by 32x8 product of signed bytes, added to c; wraps. Never .satfinite: saturation would
// make the result depend on the order of the sum.
#if ISOCORTEX_MMA
__device__ inline void mma_16x8x32(int (&c)[4], const int (&a)[4], const int (&b)[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ inline unsigned shared_address(const void* p) {
    return static_cast<unsigned>(__cvta_generic_to_shared(p));
}

// Four 8 x 16 matrices of bytes in shared memory: lane l gives the address of row l % 8 of matrix l / 8, 16-aligned,
// and gets bytes 4 * (l % 4) .. of row l / 4 of each.
__device__ inline void load_matrices(int (&r)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
}

// Starts copying 16 bytes to shared memory, of which those after the first `bytes` (16 or 0) are zeros.
__device__ inline void copy_16_async(void* to, const void* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(bytes)
                 : "memory");
}

// A store where the next reader may be the async proxy, which the emulator has to know.
template <class T>
__device__ inline void store_shared(void* to, const T& value) {
    *static_cast<T*>(to) = value;
}

// What this thread has started since the last commit becomes a group.
__device__ inline void copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
#endif
#endif

// Four bytes at p, which is 4-aligned.
__device__ inline int load_word(const int8_t* p) { return *reinterpret_cast<const int*>(p); }

// Byte v placed at position i of a packed word.
__device__ inline int byte_at(int8_t v, int i) {
    return static_cast<int>(static_cast<unsigned>(static_cast<uint8_t>(v)) << (8 * i));
}

__device__ inline int load_typed(const void* p, int type, int i) {
    if (type == TYPE_I8) return static_cast<const int8_t*>(p)[i];
    if (type == TYPE_I16) return static_cast<const int16_t*>(p)[i];
    return static_cast<const int32_t*>(p)[i];
}

__device__ inline void store_typed(void* p, int type, int i, int v) {
    if (type == TYPE_I8) static_cast<int8_t*>(p)[i] = static_cast<int8_t>(v);
    else if (type == TYPE_I16) static_cast<int16_t*>(p)[i] = static_cast<int16_t>(v);
    else static_cast<int32_t*>(p)[i] = v;
}

__device__ inline int clamp_to(int64_t v, int lo, int hi) {
    return static_cast<int>(v < lo ? lo : v > hi ? hi : v);
}

// The element this thread owns in an element-wise kernel.
__device__ inline unsigned global_index() { return blockIdx.x * blockDim.x + threadIdx.x; }

// The offset of row-major position `linear` of a tensor with these dimensions, under other strides.
// Unused dimensions are 1.
__device__ inline int strided_offset(int linear, const int (&dims)[6], const int (&strides)[6]) {
    int offset = 0;
    for (int d = 5; d >= 0; --d) {
        offset += (linear % dims[d]) * strides[d];
        linear /= dims[d];
    }
    return offset;
}
