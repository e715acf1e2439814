// What the kernels of TopK share. An element's key is its value above the complement of its index, so that no two are
// equal, and the greatest comes first: the order of SPEC.md TopK.
#pragma once
#include "primitives.cuh"

// Beside the element types: keys of a launch before, or for the next.
constexpr int TYPE_KEY = 3;

// A key at its place, or its index where this is the last launch.
__device__ inline void store_key(void* y, int to, int at, int64_t key) {
    if (to == TYPE_KEY) static_cast<int64_t*>(y)[at] = key;
    else static_cast<int32_t*>(y)[at] = static_cast<int32_t>(~static_cast<uint32_t>(key));
}
