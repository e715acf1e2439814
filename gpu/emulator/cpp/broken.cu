// Kernels that are wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

// One thread leaves while the others wait.
KERNEL void broken_deadlock(int32_t* y, Broken p) {
    if (threadIdx.x == 7) return;
    BLOCK_BARRIER(9);
    y[threadIdx.x] = p.elements;
}

// Threads of one block wait at different barriers.
KERNEL void broken_divergence(int32_t* y, Broken p) {
    if (threadIdx.x % 2 == 0) {
        BLOCK_BARRIER(9);
    } else {
        BLOCK_BARRIER(9);
    }
    y[threadIdx.x] = p.elements;
}

// Each thread reads what another wrote, without a barrier between.
KERNEL void broken_race(int32_t* y, Broken) {
    __shared__ int values[256];
    values[threadIdx.x] = static_cast<int>(threadIdx.x);
    y[threadIdx.x] = values[255 - threadIdx.x];
}

// Shared memory that nobody wrote.
KERNEL void broken_uninitialised(int32_t* y, Broken) {
    __shared__ int values[256];
    y[threadIdx.x] = values[threadIdx.x];
}

// One element past the end.
KERNEL void broken_overrun(int32_t* y, Broken p) { y[p.elements] = 0; }
