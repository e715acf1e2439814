// Keys of a reduction and of TopK: 64-bit numbers of which the greatest is wanted, the value above the complement of
// its index. Beside the element types in a struct: keys of a launch before, or for the next.
const TYPE_KEY = 3;

fn key_of(v: i32, index: i32) -> Wide {
    return Wide(~u32(index), u32(v));
}

fn less_wide(a: Wide, b: Wide) -> bool {
    return i32(a.y) < i32(b.y) || (a.y == b.y && a.x < b.x);
}

fn least_key() -> Wide {
    return Wide(0u, 0x80000000u);
}
