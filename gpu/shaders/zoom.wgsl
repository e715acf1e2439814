// Where a position of Resize's result lies in its operand, along one axis: as `resize.cuh`.
struct Zoom {
    size: i32,
    n: i32, d: i32, offset: i32,
}

struct Located {
    low: i32, high: i32, f: i32,
}

fn located(zoom: Zoom, i: i32) -> Located {
    let rest = i % zoom.n * (zoom.d % zoom.n) + zoom.offset + zoom.n;
    let h = i * (zoom.d / zoom.n) + i / zoom.n * (zoom.d % zoom.n) + rest / zoom.n - 1;
    let last = zoom.size - 1;
    return Located(clamp(h, 0, last), clamp(h + 1, 0, last), rest % zoom.n);
}
