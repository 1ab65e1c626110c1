//! `NAdam` knows the product of its momenta at any step at once.

use tapegrad_optim::{NAdam, Rule};

/// Against the product as the paper has it, factor by factor.
#[test]
fn products_are_those_of_all_steps_before() {
    for beta in [0.0, 0.5, 0.9, 0.999] {
        for decay in [0.0, 1e-6, 0.004, 0.3, 20.0, 1e300] {
            let rule = NAdam::default().betas(beta, 0.0).momentum_decay(decay);
            let momentum = |step: i32| beta * (1.0 - 0.5 * 0.96_f64.powf(f64::from(step) * decay));
            let mut product = 1.0;
            for step in 1..=100_000 {
                product *= momentum(step);
                if ![1, 2, 3, 10, 100, 1000, 20_000, 100_000].contains(&step) {
                    continue;
                }
                // From nothing remembered, of the gradient 1: the mean is 1 − β, the root 1.
                let mut slots = [0.0; 2];
                let rule = rule.epsilon(0.0);
                let direction: f64 = rule.direction(rule.at(step), &mut slots, 0.0, 1.0);
                let next = momentum(step + 1);
                let expected = (1.0 - momentum(step)) / (1.0 - product)
                    + next / (1.0 - product * next) * (1.0 - beta);
                assert!(
                    (direction / expected - 1.0).abs() < 1e-13,
                    "β {beta}, ψ {decay}, step {step}: {direction} for {expected}"
                );
            }
        }
    }
    // Nor is there a last step.
    let rule = NAdam::default();
    let far: f64 = rule.direction(rule.at(i32::MAX), &mut [2.0, 4.0], 0.0, 2.0);
    assert!((far - 1.0).abs() < 1e-3, "{far}");
}
