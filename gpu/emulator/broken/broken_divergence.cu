// Threads of one block wait at different barriers. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_divergence(int32_t* y, Broken p) {
    if (threadIdx.x % 2 == 0) {
        BLOCK_BARRIER(9);
    } else {
        BLOCK_BARRIER(9);
    }
    y[threadIdx.x] = p.elements;
}
