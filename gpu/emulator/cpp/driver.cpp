// A libcuda.so.1 whose one card is the emulator: the functions that the CUDA backend calls, so that all of it
// runs where there is no card. From the environment: EMULATED_CUDA_DEVICES (1), EMULATED_CUDA_COMPUTE (80),
// EMULATED_CUDA_INIT (0, the code that cuInit returns).
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <string>

#include "fibers.h"
#include "kernels.h"

namespace {

enum : unsigned {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    LAUNCH_FAILED = 719,
};

struct Module {
    std::string entry;
    int target;
};

std::mutex mutex;
std::map<uint64_t, size_t> allocations;  // by address
int context_storage, stream_storage;
thread_local void* current = nullptr;
bool initialised = false;
int retained = 0;

long setting(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtol(value, nullptr, 10) : otherwise;
}

// Whether [address, address + bytes) lies in one allocation.
bool inside(uint64_t address, size_t bytes) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) return false;
    --after;
    return address + bytes <= after->first + after->second;
}

}  // namespace

extern "C" {

unsigned cuInit(unsigned) {
    const unsigned code = static_cast<unsigned>(setting("EMULATED_CUDA_INIT", SUCCESS));
    initialised = code == SUCCESS;
    emulator::seed_noise(1);
    return code;
}

unsigned cuDeviceGetCount(int* count) {
    *count = static_cast<int>(setting("EMULATED_CUDA_DEVICES", 1));
    return initialised ? SUCCESS : NOT_INITIALIZED;
}

unsigned cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return SUCCESS;
}

unsigned cuDeviceGetName(char* name, int size, int) {
    std::strncpy(name, "Emulated card", static_cast<size_t>(size));
    return SUCCESS;
}

unsigned cuDeviceGetAttribute(int* value, int attribute, int) {
    const int compute = static_cast<int>(setting("EMULATED_CUDA_COMPUTE", 80));
    if (attribute == 75) *value = compute / 10;
    else if (attribute == 76) *value = compute % 10;
    else return INVALID_VALUE;
    return SUCCESS;
}

unsigned cuDevicePrimaryCtxRetain(void** context, int) {
    std::lock_guard<std::mutex> lock(mutex);
    ++retained;
    *context = &context_storage;
    return SUCCESS;
}

unsigned cuDevicePrimaryCtxRelease_v2(int) {
    std::lock_guard<std::mutex> lock(mutex);
    // What is there after the last release has been leaked: tests see the exit code.
    if (--retained == 0 && !allocations.empty()) std::_Exit(86);
    return SUCCESS;
}

unsigned cuCtxSetCurrent(void* context) {
    current = context;
    return SUCCESS;
}

unsigned cuCtxSynchronize() { return current ? SUCCESS : INVALID_CONTEXT; }

unsigned cuStreamCreateWithPriority(void** stream, unsigned, int) {
    *stream = &stream_storage;
    return current ? SUCCESS : INVALID_CONTEXT;
}

unsigned cuStreamSynchronize(void* stream) { return stream == &stream_storage ? SUCCESS : INVALID_HANDLE; }
unsigned cuStreamDestroy_v2(void* stream) { return stream == &stream_storage ? SUCCESS : INVALID_HANDLE; }

unsigned cuModuleLoadDataEx(void** module, const void* image, unsigned, int*, void**) {
    const std::string ptx = static_cast<const char*>(image), mark = ".visible .entry ";
    const size_t at = ptx.find(mark);
    if (at == std::string::npos) return INVALID_PTX;
    const size_t from = at + mark.size();
    *module = new Module{ptx.substr(from, ptx.find('(', from) - from), ptx.find(".target sm_80") == std::string::npos ? 75 : 80};
    return current ? SUCCESS : INVALID_CONTEXT;
}

unsigned cuModuleGetFunction(void** function, void* module, const char* name) {
    if (static_cast<Module*>(module)->entry != name) return NOT_FOUND;
    *function = module;
    return SUCCESS;
}

unsigned cuModuleUnload(void* module) {
    delete static_cast<Module*>(module);
    return SUCCESS;
}

unsigned cuMemGetInfo_v2(size_t* free, size_t* total) {
    *free = *total = size_t{1} << 30;
    return SUCCESS;
}

unsigned cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    if (!current) return INVALID_CONTEXT;
    if (bytes == 0) return INVALID_VALUE;
    void* memory = std::malloc(bytes);
    if (!memory) return OUT_OF_MEMORY;
    std::lock_guard<std::mutex> lock(mutex);
    emulator::fill_with_noise(memory, bytes);
    *address = reinterpret_cast<uint64_t>(memory);
    allocations[*address] = bytes;
    return SUCCESS;
}

unsigned cuMemFree_v2(uint64_t address) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!current) return INVALID_CONTEXT;
    if (allocations.erase(address) == 0) return INVALID_VALUE;
    std::free(reinterpret_cast<void*>(address));
    return SUCCESS;
}

unsigned cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!current) return INVALID_CONTEXT;
    if (!inside(to, bytes)) return INVALID_VALUE;
    std::memcpy(reinterpret_cast<void*>(to), from, bytes);
    return SUCCESS;
}

unsigned cuMemcpyDtoH_v2(void* to, uint64_t from, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!current) return INVALID_CONTEXT;
    if (!inside(from, bytes)) return INVALID_VALUE;
    std::memcpy(to, reinterpret_cast<const void*>(from), bytes);
    return SUCCESS;
}

unsigned cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned, void* stream, void** arguments, void**) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!current) return INVALID_CONTEXT;
    if (gy * gz * by * bz != 1 || gx == 0 || stream != &stream_storage) return INVALID_VALUE;
    const Module& module = *static_cast<Module*>(function);
    const emulator::Kernel* kernel = emulator::find_kernel(module.entry, module.target);
    if (!kernel) return NOT_FOUND;
    void* pointers[8];
    for (size_t i = 0; i < kernel->pointers; ++i) std::memcpy(&pointers[i], arguments[i], sizeof pointers[i]);
    const int* ints = static_cast<const int*>(arguments[kernel->pointers]);
    try {
        emulator::run_grid({}, gx, bx, [&] { kernel->call(pointers, ints); });
    } catch (const std::exception&) {
        return LAUNCH_FAILED;
    }
    return SUCCESS;
}

}  // extern "C"
