// An element-wise kernel whose struct says how many elements there are.
#include words.wgsl

fn element_count() -> i32 {
    return p.elements;
}
