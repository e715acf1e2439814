// Where operands that broadcast lie: as `groups.cuh`. The shader gives the struct `Broadcast`.
fn operand_at(operand: i32, at: i32) -> i32 {
    if ((p.operands.dense >> u32(operand)) & 1) == 1 {
        return at;
    }
    var left = at;
    var offset = 0;
    for (var d = 0; d < p.operands.depth; d++) {
        offset += left % p.operands.sizes[d] * p.operands.strides[operand][d];
        left /= p.operands.sizes[d];
    }
    return offset + left * p.operands.strides[operand][p.operands.depth];
}
