// Compiles the kernels' own source files for the CPU and lists them.
#include "kernels.h"

#include <cstring>
#include <tuple>
#include <utility>

#include "tile.cuh"

namespace with_dot4 {
using Product = Dot4;
#include "conv2d_s8_s8_s32.cu"
#include "gemm_s8_s8_s32.cu"
}  // namespace with_dot4

namespace with_mma {
using Product = Mma;
#include "conv2d_s8_s8_s32.cu"
#include "gemm_s8_s8_s32.cu"
}  // namespace with_mma

#include "add_scaled.cu"
#include "broken.cu"
#include "clamp.cu"
#include "depthwise_conv2d_s8_s8_s32.cu"
#include "maxpool_s8.cu"
#include "reduce_sum.cu"
#include "rescale.cu"
#include "table8.cu"
#include "transpose.cu"

namespace emulator {
namespace {

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
    static Kernel as(const char* name) { return Kernel{name, pointers, sizeof(Params) / sizeof(int), call}; }
};

}  // namespace

const Kernel* find_kernel(const std::string& name, bool mma) {
    static const Kernel products[2][2] = {
        {Describe<with_dot4::conv2d_s8_s8_s32>::as("conv2d_s8_s8_s32"),
         Describe<with_dot4::gemm_s8_s8_s32>::as("gemm_s8_s8_s32")},
        {Describe<with_mma::conv2d_s8_s8_s32>::as("conv2d_s8_s8_s32"),
         Describe<with_mma::gemm_s8_s8_s32>::as("gemm_s8_s8_s32")},
    };
    static const Kernel others[] = {
        Describe<add_scaled>::as("add_scaled"),
        Describe<broken_deadlock>::as("broken_deadlock"),
        Describe<broken_divergence>::as("broken_divergence"),
        Describe<broken_overrun>::as("broken_overrun"),
        Describe<broken_race>::as("broken_race"),
        Describe<broken_uninitialised>::as("broken_uninitialised"),
        Describe<clamp>::as("clamp"),
        Describe<depthwise_conv2d_s8_s8_s32>::as("depthwise_conv2d_s8_s8_s32"),
        Describe<maxpool_s8>::as("maxpool_s8"),
        Describe<reduce_sum>::as("reduce_sum"),
        Describe<rescale>::as("rescale"),
        Describe<table8>::as("table8"),
        Describe<transpose>::as("transpose"),
    };
    for (const Kernel& kernel : products[mma])
        if (name == kernel.name) return &kernel;
    for (const Kernel& kernel : others)
        if (name == kernel.name) return &kernel;
    return nullptr;
}

}  // namespace emulator
