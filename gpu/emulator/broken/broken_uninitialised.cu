// Shared memory that nobody wrote. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_uninitialised(int32_t* y, Broken) {
    __shared__ int values[256];
    y[threadIdx.x] = values[threadIdx.x];
}
