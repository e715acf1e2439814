// A key at its place, or its index where this is the last launch: as `top_k.cuh`.
fn store_key(to: i32, at: i32, key: Wide) {
    if to == TYPE_KEY {
        y[2 * at] = key.x;
        y[2 * at + 1] = key.y;
    } else {
        y[at] = ~key.x;
    }
}
