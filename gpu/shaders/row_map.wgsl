// y = mapped(index in the row, element of x) for each element of the team's row; the shader gives `mapped` and the
// field `kind`, the type of x. A thread writes whole words where rows begin with one.
fn map_row(team: Team, to: i32) {
    let first = team.row * p.k;
    let doublings = u32(2 - to);
    let each = 1 << doublings;
    if p.k % each != 0 {
        for (var at = team.rank; at < team.count; at += team.size) {
            y_set(to, first + at, mapped(at, x_typed(p.kind, first + at)));
        }
        return;
    }
    for (var at = team.rank * each; at < team.count; at += team.size * each) {
        var packed = 0u;
        for (var i = 0; i < each; i++) {
            packed |= placed(to, u32(i), mapped(at + i, x_typed(p.kind, first + at + i)));
        }
        atomicStore(&y[(first + at) / each], packed);
    }
}
