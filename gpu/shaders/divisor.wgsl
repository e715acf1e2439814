// A number to divide by, as `movement.cuh` has it; here by the plain division.
struct Divisor {
    size: i32, magic: i32, shift: i32,
}

// An axis of a copy, with the units from one position to the next in the operand and in the result.
struct Axis {
    positions: Divisor,
    from_step: i32, to_step: i32,
}
