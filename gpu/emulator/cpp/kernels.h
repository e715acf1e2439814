// The kernels by name, callable with untyped arguments.
#pragma once
#include <cstddef>
#include <string>

namespace emulator {

struct Kernel {
    const char* name;
    size_t pointers;  // leading pointer arguments
    size_t ints;      // 32-bit words of the struct that follows
    void (*call)(void* const* pointers, const int* ints);
};

// The kernel of that name, or null. `mma` picks the tensor-core product where a kernel has both.
const Kernel* find_kernel(const std::string& name, bool mma);

}  // namespace emulator
