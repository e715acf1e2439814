// The CUDA execution model on one CPU thread, for kernels compiled by a C++ compiler: a fiber for each CUDA
// thread, block and warp barriers, shared memory, dot4 and the int8 mma exactly as PTX defines them.
//
// Fibers run one at a time and switch only at barriers, in a freshly shuffled order after each: code that
// relies on an order between barriers gives wrong results here. Shared memory is filled with noise before
// each block. A barrier that some thread of its group can never reach, or that threads reach at different
// places, is an error and not a hang.
#pragma once
#include <stdint.h>

#include <cstring>
#include <string>

#include "warpgroup.h"

#define __device__
#define __shared__ static __attribute__((section("emulated_shared")))
#define KERNEL static
// The line tells two barriers apart; the label lets a test leave one out.
#define BLOCK_BARRIER(label) emulator::block_barrier(label, __LINE__)
#define WARP_BARRIER(label) (emulator::left_out(label) ? void() : emulator::warp_barrier(__LINE__))
#define COPY_WAIT(label, pending) emulator::wait_async(label, pending)
#define WARP_SHUFFLE(value, lane) emulator::warp_shuffle(value, lane, __LINE__)

namespace emulator {

struct Index {
    unsigned x;
};

// Waits for the whole block, or for the 32 threads of this warp; `place` must be the same for all of them.
void block_barrier(int label, int place);
void warp_barrier(int place);

// Memory of the running thread's warp through which its lanes exchange fragments.
struct Fragments {
    int a[32][4], b[32][2];
    int64_t shuffled[32];
    const void* rows[32];
};
Fragments& warp_fragments();
// The other one of two at each call, so that one barrier is enough: a lane writes to the first again only after
// every lane has come to the barrier of the second, and so has read.
Fragments& next_fragments();

// Whether a test leaves this barrier or wait out.
bool left_out(int label);
size_t running_thread();
// Ends the running kernel with this error.
[[gnu::noinline]] void fail(const std::string& message);

// Copies on their way, as `async.cpp` says.
void start_async(size_t threads);
void copy_async(void* to, const void* from, int bytes);
void commit_async();
void wait_async(int label, size_t pending);

}  // namespace emulator

extern emulator::Index threadIdx, blockIdx, blockDim;

namespace emulator {

// PTX ISA, shfl.sync.idx with all lanes as members; a lane that is missing, or at another place, is a deadlock.
template <class T>
T warp_shuffle(T value, unsigned lane, int place) {
    static_assert(sizeof(T) <= sizeof(int64_t));
    Fragments& warp = warp_fragments();
    warp.shuffled[threadIdx.x % 32] = static_cast<int64_t>(value);
    warp_barrier(place);
    const T other = static_cast<T>(warp.shuffled[lane % 32]);
    warp_barrier(place);
    return other;
}

}  // namespace emulator

inline int leading_zeros(uint64_t v) { return v == 0 ? 64 : __builtin_clzll(v); }

// Fibers switch only at barriers, so nothing comes between.
inline int atomicMax(int* at, int value) {
    const int before = *at;
    if (before < value) *at = value;
    return before;
}

inline int dot4(int a, int b, int c) {
    unsigned sum = static_cast<unsigned>(c);
    for (int i = 0; i < 4; ++i) {
        const int x = static_cast<int8_t>(static_cast<unsigned>(a) >> (8 * i));
        const int y = static_cast<int8_t>(static_cast<unsigned>(b) >> (8 * i));
        sum += static_cast<unsigned>(x * y);
    }
    return static_cast<int>(sum);
}

// PTX ISA, mma.m16n8k32 for .s8, g = lane / 4 and t = lane % 4:
// register r of A holds row g + 8 * (r % 2), columns 4t + 16 * (r / 2) and the next three;
// register r of B holds column g, rows 4t + 16r and the next three;
// register i of C and D holds row g + 8 * (i / 2), column 2t + i % 2.
inline void mma_16x8x32(int (&c)[4], const int (&a)[4], const int (&b)[2]) {
    const int lane = static_cast<int>(threadIdx.x % 32);
    emulator::Fragments& warp = emulator::next_fragments();
    for (int r = 0; r < 4; ++r) warp.a[lane][r] = a[r];
    for (int r = 0; r < 2; ++r) warp.b[lane][r] = b[r];
    emulator::warp_barrier(__LINE__);
    for (int i = 0; i < 4; ++i) {
        const int row = lane / 4 + 8 * (i / 2), column = 2 * (lane % 4) + i % 2;
        for (int word = 0; word < 8; ++word) {  // k = 4 * word .. 4 * word + 4
            const int from_a = warp.a[row % 8 * 4 + word % 4][row / 8 + 2 * (word / 4)];
            const int from_b = warp.b[column * 4 + word % 4][word / 4];
            c[i] = dot4(from_a, from_b, c[i]);
        }
    }
}

// PTX ISA, ldmatrix.m8n8.x4.b16: lane l gives the address of row l % 8 of matrix l / 8, 16 bytes; register i gets
// bytes 4 * (l % 4) .. of row l / 4 of matrix i.
inline void load_matrices(int (&r)[4], const void* row) {
    if (reinterpret_cast<uintptr_t>(row) % 16 != 0) emulator::fail("ldmatrix of a row that is not 16-aligned");
    const size_t lane = threadIdx.x % 32;
    emulator::Fragments& warp = emulator::next_fragments();
    warp.rows[lane] = row;
    emulator::warp_barrier(__LINE__);
    for (size_t i = 0; i < 4; ++i)
        std::memcpy(&r[i], static_cast<const char*>(warp.rows[8 * i + lane / 4]) + 4 * (lane % 4), 4);
}

inline void copy_16_async(void* to, const void* from, int bytes) { emulator::copy_async(to, from, bytes); }
inline void copy_commit() { emulator::commit_async(); }
