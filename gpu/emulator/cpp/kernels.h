// The kernels by name, callable with untyped arguments. Each is compiled by itself, as `unit.cpp` says.
#pragma once
#include <cstddef>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

namespace emulator {

struct Kernel {
    const char* name;
    int target;       // least compute capability, times ten
    size_t pointers;  // leading pointer arguments
    size_t ints;      // 32-bit words of the struct that follows
    void (*call)(void* const* pointers, const int* ints);
};

// Of the kernels of that name the one for the latest card not after `target`, or null.
const Kernel* find_kernel(const std::string& name, int target);

// Enters a kernel into the list.
struct Register {
    explicit Register(const Kernel& kernel);
};

template <auto kernel>
struct Describe;

template <class... Args, void (*kernel)(Args...)>
struct Describe<kernel> {
    using All = std::tuple<Args...>;
    static constexpr size_t pointers = sizeof...(Args) - 1;
    using Params = std::tuple_element_t<pointers, All>;
    static_assert(sizeof(Params) % sizeof(int) == 0);

    template <size_t... I>
    static void unpack(void* const* p, const int* ints, std::index_sequence<I...>) {
        Params params;
        std::memcpy(static_cast<void*>(&params), ints, sizeof params);
        kernel(static_cast<std::tuple_element_t<I, All>>(p[I])..., params);
    }
    static void call(void* const* p, const int* ints) { unpack(p, ints, std::make_index_sequence<pointers>()); }
    static Kernel as(const char* name, int target) {
        return Kernel{name, target, pointers, sizeof(Params) / sizeof(int), call};
    }
};

}  // namespace emulator
