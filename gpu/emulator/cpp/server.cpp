// A device in a process of its own: reads commands from standard input, answers on standard output.
//
//   emulator SEED TARGET [DROPPED_BARRIER]
//
// TARGET is the compute capability, times ten.
//
// Integers are little-endian u32 unless said. Every answer begins with a byte: 0 and the result, or 1 and a
// message (length, bytes).
//   'a' bytes u64                      allocate, filled with noise  -> handle
//   'f' handle                         free
//   'u' range, data                    upload
//   'd' range                          download                     -> data
//   'l' name length, name, blocks, threads, bytes of dynamic shared memory, ranges n, range * n, ints n, int * n      launch
// A range is a handle, an offset u64, and bytes u64.
// A sanitizer's finding ends the process, with the report on standard error.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "fibers.h"
#include "kernels.h"

namespace {

template <class T>
T read() {
    T value;
    if (std::fread(&value, sizeof value, 1, stdin) != 1) std::exit(2);
    return value;
}

std::string read_bytes(size_t size) {
    std::string bytes(size, '\0');
    if (size != 0 && std::fread(&bytes[0], size, 1, stdin) != 1) std::exit(2);
    return bytes;
}

void write(const void* data, size_t size) {
    if (size != 0 && std::fwrite(data, size, 1, stdout) != 1) std::exit(2);
}

struct Memory {
    size_t size;
    std::unique_ptr<char, decltype(&std::free)> bytes;
};

// Aligned as a device's is, and of the exact size, so that the address sanitizer sees the first byte beyond.
Memory allocate(size_t size) {
    void* bytes = nullptr;
    if (posix_memalign(&bytes, 256, size) != 0) throw std::runtime_error("out of memory");
    return Memory{size, {static_cast<char*>(bytes), &std::free}};
}

struct Range {
    uint32_t handle;
    uint64_t offset, bytes;
    bool operator<(const Range& other) const {
        return std::tie(handle, offset, bytes) < std::tie(other.handle, other.offset, other.bytes);
    }
};

Range read_range() {
    const uint32_t handle = read<uint32_t>();
    const uint64_t offset = read<uint64_t>();
    return {handle, offset, read<uint64_t>()};
}

class Server {
  public:
    Server(emulator::Options options, int target) : options(options), target(target) { emulator::seed_noise(options.seed); }

    void serve() {
        for (int command; (command = std::getchar()) != EOF; std::fflush(stdout)) {
            try {
                const std::string answer = handle(static_cast<char>(command));
                std::putchar(0);
                write(answer.data(), answer.size());
            } catch (const std::exception& error) {
                const std::string message = error.what();
                const uint32_t size = static_cast<uint32_t>(message.size());
                std::putchar(1);
                write(&size, sizeof size);
                write(message.data(), size);
            }
        }
    }

  private:
    emulator::Options options;
    int target;
    std::map<uint32_t, Memory> memory;
    uint32_t last = 0;

    char* at(const Range& range) {
        const auto found = memory.find(range.handle);
        if (found == memory.end()) throw std::runtime_error("no such memory");
        const size_t size = found->second.size;
        if (range.offset > size || range.bytes > size - range.offset) throw std::runtime_error("past the end");
        return found->second.bytes.get() + range.offset;
    }

    std::string handle(char command) {
        switch (command) {
            case 'a': {
                const size_t size = read<uint64_t>();
                Memory fresh = allocate(size);
                emulator::fill_with_noise(fresh.bytes.get(), size);
                memory.emplace(++last, std::move(fresh));
                return std::string(reinterpret_cast<const char*>(&last), sizeof last);
            }
            case 'f': {
                memory.erase(read<uint32_t>());
                return "";
            }
            case 'u': {
                const Range to = read_range();
                const std::string data = read_bytes(to.bytes);
                data.copy(at(to), data.size());
                return "";
            }
            case 'd': {
                const Range from = read_range();
                return std::string(at(from), from.bytes);
            }
            case 'l': return launch();
            default: throw std::runtime_error("no such command");
        }
    }

    std::string launch() {
        const std::string name = read_bytes(read<uint32_t>());
        const uint32_t blocks = read<uint32_t>(), threads = read<uint32_t>();
        emulator::Options launched = options;
        launched.shared = read<uint32_t>();
        std::vector<Range> ranges(read<uint32_t>());
        for (Range& r : ranges) r = read_range();
        std::vector<int> ints(read<uint32_t>());
        for (int& i : ints) i = read<int>();

        const emulator::Kernel* kernel = emulator::find_kernel(name, target);
        if (!kernel) throw std::runtime_error("no kernel named " + name);
        if (ranges.size() != kernel->pointers || ints.size() != kernel->ints)
            throw std::runtime_error("wrong arguments for " + name);
        if (blocks == 0 || threads == 0 || threads > 1024) throw std::runtime_error("wrong grid for " + name);
        std::vector<void*> pointers;
#ifdef __SANITIZE_ADDRESS__
        // Each range in memory of its own, so that the first byte beyond it is seen.
        std::map<Range, Memory> copies;
        for (const Range& r : ranges) {
            auto copy = copies.find(r);
            if (copy == copies.end()) {
                copy = copies.emplace(r, allocate(r.bytes)).first;
                std::memcpy(copy->second.bytes.get(), at(r), r.bytes);
            }
            pointers.push_back(copy->second.bytes.get());
        }
#else
        for (const Range& r : ranges) pointers.push_back(at(r));
#endif
        emulator::run_grid(launched, blocks, threads, [&] { kernel->call(pointers.data(), ints.data()); });
#ifdef __SANITIZE_ADDRESS__
        for (const auto& [r, copy] : copies) std::memcpy(at(r), copy.bytes.get(), r.bytes);
#endif
        return "";
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: emulator SEED TARGET [DROPPED_BARRIER]\n");
        return 2;
    }
    emulator::Options options;
    options.seed = std::strtoull(arguments[1], nullptr, 10);
    if (count > 3) options.dropped_barrier = std::atoi(arguments[3]);
    Server(options, std::atoi(arguments[2])).serve();
}
