// The list that the units enter themselves into.
#include "kernels.h"

#include <vector>

namespace emulator {
namespace {

// A function's own, for the units start in no order.
std::vector<Kernel>& all() {
    static std::vector<Kernel> kernels;
    return kernels;
}

}  // namespace

Register::Register(const Kernel& kernel) { all().push_back(kernel); }

const Kernel* find_kernel(const std::string& name, int target) {
    const Kernel* best = nullptr;
    for (const Kernel& kernel : all())
        if (name == kernel.name && kernel.target <= target && (!best || best->target < kernel.target)) best = &kernel;
    return best;
}

}  // namespace emulator
