// A long sum shared by blocks: as `parts.cuh`. Where the part of a k of `size` begins and ends; `step` is a multiple of
// what the shader takes at once.
struct Part {
    begin: i32, end: i32,
}

fn part_of(part: i32, parts: i32, size: i32, step: i32) -> Part {
    let length = ((size + step - 1) / step + parts - 1) / parts * step;
    let begin = min(part * length, size);
    return Part(begin, min(begin + length, size));
}
