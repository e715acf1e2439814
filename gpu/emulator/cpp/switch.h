// How one thread of the CPU goes from one stack to another: a few instructions on x86-64 (ucontext
// would ask the system for the signal mask at every switch), ucontext elsewhere.
#pragma once
#include <cstddef>
#include <cstdint>

namespace emulator {

#if defined(__x86_64__) && defined(__linux__)
#define EMULATOR_OWN_SWITCH

struct Context {
    void* stack = nullptr;  // its pointer, with the registers that a callee keeps above it
};

extern "C" void emulator_switch(void** from, void* to) __attribute__((visibility("hidden")));

asm(R"(
.text
.hidden emulator_switch
.globl emulator_switch
.type emulator_switch, @function
emulator_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size emulator_switch, . - emulator_switch
)");

inline void switch_context(Context* from, Context* to) { emulator_switch(&from->stack, to->stack); }

// `main` never returns.
inline void start_context(Context* context, char* stack, size_t bytes, void (*main)()) {
    uintptr_t* top = reinterpret_cast<uintptr_t*>((reinterpret_cast<uintptr_t>(stack) + bytes) & ~uintptr_t{15});
    *--top = 0;  // where it would return to, which also aligns the stack as at any call
    *--top = reinterpret_cast<uintptr_t>(main);
    for (int kept = 0; kept < 6; ++kept) *--top = 0;
    context->stack = top;
}
#endif

}  // namespace emulator

#ifndef EMULATOR_OWN_SWITCH
#include <ucontext.h>

namespace emulator {

struct Context {
    ucontext_t place;
};

inline void switch_context(Context* from, Context* to) { swapcontext(&from->place, &to->place); }

inline void start_context(Context* context, char* stack, size_t bytes, void (*main)()) {
    getcontext(&context->place);
    context->place.uc_stack.ss_sp = stack;
    context->place.uc_stack.ss_size = bytes;
    context->place.uc_link = nullptr;
    makecontext(&context->place, main, 0);
}

}  // namespace emulator
#endif
