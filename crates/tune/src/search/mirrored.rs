/// Back into the cube, as if its sides were mirrors.
pub(super) fn mirrored(x: f64) -> f64 {
    let x = x.rem_euclid(2.0);
    if x > 1.0 { 2.0 - x } else { x }
}
