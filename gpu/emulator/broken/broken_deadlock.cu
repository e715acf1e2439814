// One thread leaves while the others wait. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_deadlock(int32_t* y, Broken p) {
    if (threadIdx.x == 7) return;
    BLOCK_BARRIER(9);
    y[threadIdx.x] = p.elements;
}
