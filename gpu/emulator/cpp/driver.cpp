// A libcuda.so.1 whose one card is the emulator: the functions that the CUDA backend calls, so that all of it
// runs where there is no card. What is asked of a stream is done later, when somebody asks whether it is done: a
// copy then sees what is in the machine's memory at that time. After a fault of a kernel every call fails.
//
// From the environment:
//   EMULATED_CUDA_DEVICES     cards (1)
//   EMULATED_CUDA_COMPUTE     their compute capability, times ten (80)
//   EMULATED_CUDA_INIT        the code that cuInit returns (0)
//   EMULATED_CUDA_MEMORY      bytes of device memory (2^30)
//   EMULATED_CUDA_ALLOCS      allocations of device memory that are not refused (all)
//   EMULATED_CUDA_FAULT       number of the kernel, counted from 0, that accesses an illegal address (none)
//   EMULATED_CUDA_PTX         newest PTX version that it loads, times ten (90)
//   EMULATED_CUDA_IDLE        name of a kernel that does nothing (none)
//   EMULATED_CUDA_HANG        number of the kernel that never ends (none)
//   EMULATED_CUDA_WRONG       number of the copy to the machine from which on each has a bit turned (none)
//   EMULATED_CUDA_NO_CAPTURE  1: streams cannot be captured
//   EMULATED_CUDA_REPORT      1: prints what was done when the context is released
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fibers.h"
#include "kernels.h"

namespace {

enum Code : unsigned {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_CONTEXT = 201,
    NO_BINARY = 209,
    INVALID_PTX = 218,
    UNSUPPORTED_PTX = 222,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_WRONG_THREAD = 908,
};

using Task = std::function<Code()>;

struct Module {
    std::string entry;
    int target;
    unsigned shared = 48 * 1024;  // bytes of shared memory that a launch may ask for
};

struct Stream {
    std::deque<Task> tasks;
    bool capturing = false;
    std::vector<Task> captured;
};

struct Graph {
    std::vector<Task> tasks;
};

struct Event {
    Stream* stream = nullptr;
    std::chrono::steady_clock::time_point recorded;
};

std::recursive_mutex mutex;
std::map<uint64_t, size_t> allocations;  // by address
std::set<void*> locked;                  // memory of the machine
std::set<Stream*> streams;
size_t used = 0;
long allocated = 0, copies_back = 0, kernels_run = 0, graphs_run = 0, graphs_alive = 0;
bool hangs = false;
Code broken = SUCCESS;  // what every call returns after a fault
int context_storage;
thread_local void* current = nullptr;
bool initialised = false;
int retained = 0;

long setting(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtol(value, nullptr, 10) : otherwise;
}

// Why a call cannot begin.
Code refused() { return broken != SUCCESS ? broken : current ? SUCCESS : INVALID_CONTEXT; }

#define ENTER()                                              \
    std::lock_guard<std::recursive_mutex> lock(mutex);       \
    if (const Code why = refused(); why != SUCCESS) return why

// Whether [address, address + bytes) lies in one allocation.
bool inside(uint64_t address, size_t bytes) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) return false;
    --after;
    return address + bytes <= after->first + after->second;
}

// Does what comes next on a stream; a kernel that hangs is next for ever.
void step(Stream& stream) {
    if (hangs || stream.tasks.empty()) return;
    const Code code = stream.tasks.front()();
    if (hangs) return;
    stream.tasks.pop_front();
    if (code != SUCCESS) broken = code;
}

Code drain(Stream& stream) {
    while (!stream.tasks.empty() && broken == SUCCESS) {
        // A real driver would wait for ever, and what waits here is a mistake.
        if (hangs) std::fprintf(stderr, "waiting for a kernel that hangs\n"), std::_Exit(87);
        step(stream);
    }
    return broken;
}

Code enqueue(void* handle, Task task) {
    Stream& stream = *static_cast<Stream*>(handle);
    if (!streams.count(&stream)) return INVALID_HANDLE;
    if (stream.capturing) stream.captured.push_back(std::move(task));
    else stream.tasks.push_back(std::move(task));
    return SUCCESS;
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
    std::lock_guard<std::recursive_mutex> lock(mutex);
    ++retained;
    *context = &context_storage;
    return SUCCESS;
}

unsigned cuDevicePrimaryCtxRelease_v2(int) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    if (--retained != 0) return SUCCESS;
    if (setting("EMULATED_CUDA_REPORT", 0))
        std::fprintf(stderr, "emulated card: %ld kernels, %ld graphs, %ld copies back\n", kernels_run, graphs_run,
                     copies_back);
    // What is there after the last release has been leaked: tests see the exit code.
    if (!allocations.empty() || !locked.empty() || !streams.empty() || graphs_alive != 0) std::_Exit(86);
    return SUCCESS;
}

unsigned cuCtxSetCurrent(void* context) {
    current = context;
    return SUCCESS;
}

unsigned cuCtxSynchronize() {
    ENTER();
    for (Stream* stream : streams) drain(*stream);
    return broken;
}

unsigned cuStreamCreateWithPriority(void** stream, unsigned, int) {
    ENTER();
    *stream = *streams.insert(new Stream).first;
    return SUCCESS;
}

unsigned cuStreamSynchronize(void* stream) {
    ENTER();
    return drain(*static_cast<Stream*>(stream));
}

unsigned cuStreamDestroy_v2(void* stream) {
    ENTER();
    Stream* s = static_cast<Stream*>(stream);
    if (streams.erase(s) == 0) return INVALID_HANDLE;
    delete s;
    return SUCCESS;
}

unsigned cuStreamBeginCapture_v2(void* stream, int mode) {
    ENTER();
    Stream& s = *static_cast<Stream*>(stream);
    if (setting("EMULATED_CUDA_NO_CAPTURE", 0)) return NOT_SUPPORTED;
    // In mode 0 other threads may not allocate meanwhile.
    if (mode != 1 || s.capturing || !s.tasks.empty()) return CAPTURE_UNSUPPORTED;
    s.capturing = true;
    return SUCCESS;
}

unsigned cuStreamEndCapture(void* stream, void** graph) {
    ENTER();
    Stream& s = *static_cast<Stream*>(stream);
    if (!s.capturing) return CAPTURE_WRONG_THREAD;
    s.capturing = false;
    *graph = new Graph{std::move(s.captured)};
    s.captured.clear();
    ++graphs_alive;
    return SUCCESS;
}

unsigned cuGraphInstantiate_v2(void** exec, void* graph, void**, char*, size_t) {
    ENTER();
    *exec = new Graph(*static_cast<Graph*>(graph));
    ++graphs_alive;
    return SUCCESS;
}

unsigned cuGraphDestroy(void* graph) {
    ENTER();
    delete static_cast<Graph*>(graph);
    --graphs_alive;
    return SUCCESS;
}

unsigned cuGraphExecDestroy(void* exec) { return cuGraphDestroy(exec); }

unsigned cuGraphLaunch(void* exec, void* stream) {
    ENTER();
    ++graphs_run;
    for (const Task& task : static_cast<Graph*>(exec)->tasks)
        if (const Code code = enqueue(stream, task); code != SUCCESS) return code;
    return SUCCESS;
}

unsigned cuEventCreate(void** event, unsigned) {
    ENTER();
    *event = new Event;
    return SUCCESS;
}

unsigned cuEventRecord(void* event, void* stream) {
    ENTER();
    static_cast<Event*>(event)->stream = static_cast<Stream*>(stream);
    static_cast<Event*>(event)->recorded = std::chrono::steady_clock::now();
    return SUCCESS;
}

// Each question does a little of the work. Nothing comes after a record before the event has been waited for.
unsigned cuEventQuery(void* event) {
    ENTER();
    Stream& stream = *static_cast<Event*>(event)->stream;
    for (int i = 0; i < 4; ++i) step(stream);
    return broken != SUCCESS ? broken : stream.tasks.empty() ? SUCCESS : NOT_READY;
}

// There is no clock of the card's own: from the first event's record to this question, which comes after a wait.
unsigned cuEventElapsedTime(float* milliseconds, void* begin, void* end) {
    ENTER();
    if (!static_cast<Event*>(end)->stream) return INVALID_HANDLE;
    const std::chrono::duration<float, std::milli> time = std::chrono::steady_clock::now() - static_cast<Event*>(begin)->recorded;
    *milliseconds = time.count();
    return SUCCESS;
}

unsigned cuEventDestroy_v2(void* event) {
    ENTER();
    delete static_cast<Event*>(event);
    return SUCCESS;
}

unsigned cuModuleLoadDataEx(void** module, const void* image, unsigned, int*, void**) {
    ENTER();
    const std::string ptx = static_cast<const char*>(image), entry = ".visible .entry ", target = ".target sm_";
    const size_t at = ptx.find(entry), card = ptx.find(target);
    if (at == std::string::npos || card == std::string::npos) return INVALID_PTX;
    const size_t from = at + entry.size();
    char* rest;
    const long compute = std::strtol(ptx.c_str() + card + target.size(), &rest, 10);
    const long own = setting("EMULATED_CUDA_COMPUTE", 80);
    if (*rest == 'a' ? compute != own : compute > own) return NO_BINARY;
    const std::string word = ".version ";
    const char* version = ptx.c_str() + ptx.find(word) + word.size();
    if ((version[0] - '0') * 10 + version[2] - '0' > setting("EMULATED_CUDA_PTX", 90)) return UNSUPPORTED_PTX;
    *module = new Module{ptx.substr(from, ptx.find('(', from) - from), static_cast<int>(compute)};
    return SUCCESS;
}

unsigned cuModuleGetFunction(void** function, void* module, const char* name) {
    ENTER();
    if (static_cast<Module*>(module)->entry != name) return NOT_FOUND;
    *function = module;
    return SUCCESS;
}

unsigned cuFuncSetAttribute(void* function, int attribute, int value) {
    ENTER();
    if (attribute != 8 || value < 0 || value > 227 * 1024) return INVALID_VALUE;
    static_cast<Module*>(function)->shared = static_cast<unsigned>(value);
    return SUCCESS;
}

unsigned cuModuleUnload(void* module) {
    ENTER();
    delete static_cast<Module*>(module);
    return SUCCESS;
}

unsigned cuMemGetInfo_v2(size_t* free, size_t* total) {
    ENTER();
    *total = static_cast<size_t>(setting("EMULATED_CUDA_MEMORY", 1L << 30));
    *free = *total - used;
    return SUCCESS;
}

unsigned cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    ENTER();
    if (bytes == 0) return INVALID_VALUE;
    const size_t total = static_cast<size_t>(setting("EMULATED_CUDA_MEMORY", 1L << 30));
    if (bytes > total - used || allocated++ >= setting("EMULATED_CUDA_ALLOCS", 1L << 60)) return OUT_OF_MEMORY;
    void* memory = nullptr;
    if (posix_memalign(&memory, 256, bytes) != 0) return OUT_OF_MEMORY;
    emulator::fill_with_noise(memory, bytes);
    *address = reinterpret_cast<uint64_t>(memory);
    allocations[*address] = bytes;
    used += bytes;
    return SUCCESS;
}

unsigned cuMemFree_v2(uint64_t address) {
    ENTER();
    // A driver waits for what may use the memory.
    for (Stream* stream : streams)
        if (const Code code = drain(*stream); code != SUCCESS) return code;
    const auto found = allocations.find(address);
    if (found == allocations.end()) return INVALID_VALUE;
    used -= found->second;
    allocations.erase(found);
    std::free(reinterpret_cast<void*>(address));
    return SUCCESS;
}

unsigned cuMemAllocHost_v2(void** memory, size_t bytes) {
    ENTER();
    *memory = std::malloc(bytes);
    if (!*memory) return OUT_OF_MEMORY;
    locked.insert(*memory);
    return SUCCESS;
}

unsigned cuMemFreeHost(void* memory) {
    ENTER();
    if (locked.erase(memory) == 0) return INVALID_VALUE;
    std::free(memory);
    return SUCCESS;
}

unsigned cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
    ENTER();
    if (!inside(to, bytes)) return INVALID_VALUE;
    return enqueue(stream, [=] {
        if (!inside(to, bytes)) return ILLEGAL_ADDRESS;
        std::memcpy(reinterpret_cast<void*>(to), from, bytes);
        return SUCCESS;
    });
}

unsigned cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
    ENTER();
    if (!inside(from, bytes)) return INVALID_VALUE;
    return enqueue(stream, [=] {
        if (!inside(from, bytes)) return ILLEGAL_ADDRESS;
        std::memcpy(to, reinterpret_cast<const void*>(from), bytes);
        const long wrong = setting("EMULATED_CUDA_WRONG", -1);
        if (wrong >= 0 && copies_back >= wrong) static_cast<unsigned char*>(to)[0] ^= 1;
        ++copies_back;
        return SUCCESS;
    });
}

unsigned cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, void* stream, void** arguments, void**) {
    ENTER();
    if (gy * gz * by * bz != 1 || gx == 0) return INVALID_VALUE;
    const Module& module = *static_cast<Module*>(function);
    if (shared > module.shared) return INVALID_VALUE;
    const emulator::Kernel* kernel = emulator::find_kernel(module.entry, module.target);
    if (!kernel) return NOT_FOUND;
    const char* idle = std::getenv("EMULATED_CUDA_IDLE");
    if (idle && module.entry == idle) return SUCCESS;
    std::vector<void*> pointers(kernel->pointers);
    for (size_t i = 0; i < kernel->pointers; ++i) std::memcpy(&pointers[i], arguments[i], sizeof pointers[i]);
    const int* ints = static_cast<const int*>(arguments[kernel->pointers]);
    return enqueue(stream, [=, ints = std::vector<int>(ints, ints + kernel->ints)] {
        const long number = kernels_run++;
        if (number == setting("EMULATED_CUDA_FAULT", -1)) return ILLEGAL_ADDRESS;
        if (number == setting("EMULATED_CUDA_HANG", -1)) hangs = true;
        if (hangs) return SUCCESS;
        for (void* pointer : pointers)
            if (!inside(reinterpret_cast<uint64_t>(pointer), 1)) return ILLEGAL_ADDRESS;
        try {
            emulator::run_grid({0, 0, shared}, gx, bx, [&] { kernel->call(pointers.data(), ints.data()); });
        } catch (const std::exception&) {
            return LAUNCH_FAILED;
        }
        return SUCCESS;
    });
}

}  // extern "C"
