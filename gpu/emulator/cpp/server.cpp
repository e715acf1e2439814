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
//   'u' handle, bytes u64, data        upload
//   'd' handle, bytes u64              download                     -> data
//   'l' name length, name, blocks, threads, handles n, handle * n, ints n, int * n      launch
// A sanitizer's finding ends the process, with the report on standard error.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
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
    // From malloc with the exact size, so that the address sanitizer sees the first byte beyond; 16-aligned.
    std::unique_ptr<void, decltype(&std::free)> bytes;
};

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

    Memory& at(uint32_t handle) {
        const auto found = memory.find(handle);
        if (found == memory.end()) throw std::runtime_error("no such memory");
        return found->second;
    }

    std::string handle(char command) {
        switch (command) {
            case 'a': {
                const size_t size = read<uint64_t>();
                void* bytes = std::malloc(size);
                if (!bytes) throw std::runtime_error("out of memory");
                emulator::fill_with_noise(bytes, size);
                memory.emplace(++last, Memory{size, {bytes, &std::free}});
                return std::string(reinterpret_cast<const char*>(&last), sizeof last);
            }
            case 'f': {
                memory.erase(read<uint32_t>());
                return "";
            }
            case 'u': {
                const uint32_t target = read<uint32_t>();
                const std::string data = read_bytes(read<uint64_t>());
                Memory& m = at(target);
                if (data.size() > m.size) throw std::runtime_error("upload past the end");
                data.copy(static_cast<char*>(m.bytes.get()), data.size());
                return "";
            }
            case 'd': {
                const Memory& m = at(read<uint32_t>());
                const size_t size = read<uint64_t>();
                if (size > m.size) throw std::runtime_error("download past the end");
                return std::string(static_cast<const char*>(m.bytes.get()), size);
            }
            case 'l': return launch();
            default: throw std::runtime_error("no such command");
        }
    }

    std::string launch() {
        const std::string name = read_bytes(read<uint32_t>());
        const uint32_t blocks = read<uint32_t>(), threads = read<uint32_t>();
        std::vector<uint32_t> handles(read<uint32_t>());
        for (uint32_t& h : handles) h = read<uint32_t>();
        std::vector<int> ints(read<uint32_t>());
        for (int& i : ints) i = read<int>();

        const emulator::Kernel* kernel = emulator::find_kernel(name, target);
        if (!kernel) throw std::runtime_error("no kernel named " + name);
        if (handles.size() != kernel->pointers || ints.size() != kernel->ints)
            throw std::runtime_error("wrong arguments for " + name);
        if (blocks == 0 || threads == 0 || threads > 1024) throw std::runtime_error("wrong grid for " + name);
        std::vector<void*> pointers;
        for (uint32_t h : handles) pointers.push_back(at(h).bytes.get());
        emulator::run_grid(options, blocks, threads, [&] { kernel->call(pointers.data(), ints.data()); });
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
