// What kernels for compute capability 9.0 use beyond emulator.h; the models are in `shared.cpp` and `warpgroup.cpp`.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define DYNAMIC_SHARED(name) int8_t* const name = emulator::dynamic_shared()
#define PROXY_FENCE(label) emulator::proxy_fence(label)
#define MBARRIER_ARRIVE(label, barrier) emulator::mbarrier_arrive(label, &barrier, 0)
#define MBARRIER_WAIT(label, barrier, parity) emulator::mbarrier_wait(label, &barrier, parity)
#define WGMMA_FENCE(label) emulator::wgmma_fence(label)
#define WGMMA_WAIT(label, pending) emulator::wgmma_wait(label, pending)

namespace emulator {

int8_t* dynamic_shared();
// In bytes from where the block's shared memory begins.
unsigned shared_address(const void* p);

// The running thread has written here by a store or a cp.async.
void written(const void* to, size_t bytes);
void proxy_fence(int label);

void mbarrier_init(const void* barrier, int arrivals);
void mbarrier_arrive(int label, const void* barrier, int bytes);
void mbarrier_wait(int label, const void* barrier, int parity);
void copy_bulk(void* to, const void* from, int bytes, const void* barrier);

void wgmma_fence(int label);
void wgmma_product(int* d, int columns, uint64_t a, uint64_t b);
void wgmma_commit();
void wgmma_wait(int label, size_t pending);

}  // namespace emulator

using Mbarrier = uint64_t;

using emulator::shared_address;
inline void mbarrier_init(Mbarrier& barrier, int arrivals) { emulator::mbarrier_init(&barrier, arrivals); }
inline void mbarrier_arrive_expecting(Mbarrier& barrier, int bytes) { emulator::mbarrier_arrive(0, &barrier, bytes); }
inline void copy_bulk(void* to, const void* from, int bytes, Mbarrier& barrier) {
    emulator::copy_bulk(to, from, bytes, &barrier);
}
inline void wgmma_64x256x32(int (&d)[128], uint64_t a, uint64_t b) { emulator::wgmma_product(d, 256, a, b); }
inline void wgmma_commit() { emulator::wgmma_commit(); }
inline void hold(int (&)[128]) {}

template <class T>
void store_shared(void* to, const T& value) {
    *static_cast<T*>(to) = value;
    emulator::written(to, sizeof value);
}
