use std::f64::consts::TAU;

/// `ln E max(g + s ε, 0)` with a standard normal `ε`: the logarithm of the improvement that is expected where the mean
/// is better by `g`, with the standard deviation `s`.
///
/// It is `ln s + ln h(g / s)` with `h(z) = φ(z) + z Φ(z)`, and finite also where `h` is not (Ament et al. 2023).
pub(super) fn log_expected_improvement(gain: f64, deviation: f64) -> f64 {
    let deviation = deviation.max(1e-12);
    let z = gain / deviation;
    let log_density = -0.5 * (z * z + TAU.ln());
    deviation.ln()
        + if z < -5.0 {
            // Laplace's fraction, Φ(z) = φ(z) / (t + f) with f = 1 / (t + 2 / (t + 3 / …)), and so h = φ f / (t + f).
            let t = -z;
            let f = (1..50).rev().fold(0.0, |f, n| f64::from(n) / (t + f));
            log_density + (f / (t + f)).ln()
        } else {
            // Marsaglia (2004): Φ(z) = ½ + φ(z) (z + z³ / 3 + z⁵ / 15 + …).
            let (mut sum, mut term, mut n) = (0.0_f64, z, 1.0);
            while term.abs() > f64::EPSILON * sum.abs() && n < 500.0 {
                sum += term;
                n += 2.0;
                term *= z * z / n;
            }
            let density = log_density.exp();
            let below = if z < 7.0 { 0.5 + density * sum } else { 1.0 };
            (density + z * below).ln()
        }
}
