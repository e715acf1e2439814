// Copies that are on their way: what a thread has started and not yet waited for.
#include <cstring>
#include <string>
#include <vector>

#include "emulator.h"
#include "fibers.h"

namespace emulator {
namespace {

struct Copy {
    char* to;
    const char* from;
    size_t bytes;
};

// Of one thread: groups in the order of their commits, the last one still open.
std::vector<std::vector<std::vector<Copy>>> groups;

}  // namespace

void start_async(size_t threads) { groups.assign(threads, {{}}); }

// PTX ISA, cp.async: 16 bytes, of which the last 16 - `bytes` are zeros; the source is not read for them. What lies
// at the destination is undefined from here until the wait.
void copy_async(void* to, const void* from, int bytes) {
    if (reinterpret_cast<uintptr_t>(to) % 16 != 0) fail("cp.async to an address that is not 16-aligned");
    if (bytes != 0 && reinterpret_cast<uintptr_t>(from) % 16 != 0)
        fail("cp.async from an address that is not 16-aligned");
    fill_with_noise(to, 16);
    const Copy copy{static_cast<char*>(to), static_cast<const char*>(from), static_cast<size_t>(bytes)};
    groups[running_thread()].back().push_back(copy);
}

void commit_async() { groups[running_thread()].emplace_back(); }

// PTX ISA, cp.async.wait_group: all but the latest `pending` committed groups have arrived, for this thread.
void wait_async(int label, size_t pending) {
    if (left_out(label)) return;
    auto& mine = groups[running_thread()];
    while (mine.size() > pending + 1) {
        for (const Copy& copy : mine.front()) {
            std::memset(copy.to, 0, 16);
            if (copy.bytes != 0) std::memcpy(copy.to, copy.from, copy.bytes);
            written(copy.to, 16);
        }
        mine.erase(mine.begin());
    }
}

}  // namespace emulator
