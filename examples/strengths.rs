//! 20: five ways to penalty strengths, on the same rows: by grid, by search, by path, by validation gradient, by
//! evidence.
//!
//! Friedman's function with noise: 150 rows train a 10-6-1 network with L2 on each layer, 150 validate, 2000 test. Grid
//! and search choose two strengths by fits from the start. A path has one for both layers, and each fit begins where
//! the last ended; so it does on the way down the validation gradient, of both. Evidence has one for both, asks no
//! validation rows, and can train on these, too. (Fits from the start end in many minima, of which validation takes the
//! best: that is a part of what grid and search have for their many iterations.)
//!
//! ```text
//! cargo run --release --example strengths
//! ```

use std::error::Error;
use std::fs;
use std::sync::Mutex;

use tapegrad::prelude::*;
use tapegrad::tune::search::{Grid, Random, Search, Tpe};
use tapegrad::tune::{
    Evidence, HyperParameters, Implicit, Likelihood, Path, Space, Study, StudyError, Tuner,
};

fn main() -> Result<(), Box<dyn Error>> {
    let data = data::friedman1::<f64>(2300, 10, 1.0, 1);
    let data = data.map_x(|x| x.mapv(|x| (x - 0.5) * 12_f64.sqrt()));
    let data = data.map_y(|y| y.mapv(|y| (y - 14.4) / 5.0));
    let (seen, test) = data.split_at(300);
    let (train, validation) = seen.clone().split_at(150);
    let problem = Problem {
        train,
        validation,
        test,
        fits: Mutex::default(),
    };
    println!("                    fits  iterations   first λ  second λ  validation    test");
    let mut curves = vec![
        ("grid", problem.search(Grid::new(7), 49)?),
        ("random", problem.search(Random, 25)?),
        ("TPE", problem.search(Tpe::new(), 25)?),
    ];

    // One strength for both layers, from strong to weak.
    let both = Strength::new(0.0);
    let mut model = network([&both, &both]);
    let path = Path::new(&both).from(0.3).ratio(1e-4).count(20);
    path.fit(&mut model, &problem.train, squares, |model, train| {
        problem.fit(model, train, [both.at(0); 2]);
        Ok(())
    })?;
    curves.push(("path", problem.chosen("path")));

    let strengths = [1e-3, 1e-3].map(Strength::new);
    let mut model = network(strengths.each_ref());
    let mut hyper = HyperParameters::new();
    hyper.strength("first", &strengths[0]);
    hyper.strength("second", &strengths[1]);
    let mut tuner = Tuner::new(hyper, Adam::new(0.5), Implicit::new().damping(1e-3));
    for _ in 0..15 {
        tuner.step(
            &mut model,
            |model, _| {
                let at = strengths.each_ref().map(|strength| strength.at(0));
                problem.fit(model, &problem.train, at);
            },
            |on, model| squares(on, model, &problem.train) + model.penalty(on),
            |on, model| squares(on, model, &problem.validation),
        )?;
    }
    curves.push(("gradient", problem.chosen("gradient")));

    for (name, rows) in [("evidence", &problem.train), ("evidence, all rows", &seen)] {
        let both = Strength::new(1e-3);
        let mut model = network([&both, &both]);
        let evidence = Evidence::new(Likelihood::Gaussian).tolerance(0.05);
        evidence.choose(&mut model, rows, |model| {
            problem.fit(model, rows, [both.at(0); 2]);
        })?;
        curves.push((name, problem.last(name)));
    }

    let curves: Vec<_> = curves.iter().map(|(name, c)| (*name, &c[..])).collect();
    fs::create_dir_all("target/strengths")?;
    let figure = plot::lines("fits", "test loss of what is best so far", &curves);
    figure.save("target/strengths/test_loss.svg")?;
    println!("figure: target/strengths/test_loss.svg");
    Ok(())
}

fn network(strengths: [&Strength; 2]) -> Mlp<f64> {
    Mlp::new(&[10, 6, 1])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(0, Penalty::l2(strengths[0]))
        .penalize(1, Penalty::l2(strengths[1]))
}

fn squares<'t>(on: &Scope<'t, f64>, model: &Mlp<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
}

struct Problem {
    train: Dataset<f64>,
    validation: Dataset<f64>,
    test: Dataset<f64>,
    /// Of the method at hand.
    fits: Mutex<Vec<Fitted>>,
}

/// What a fit came to, at two strengths.
#[derive(Clone, Copy)]
struct Fitted {
    at: [f64; 2],
    iterations: usize,
    validation: f64,
    test: f64,
}

impl Problem {
    /// From where the model is to a minimum, and the loss of the rows that validate.
    fn fit(&self, model: &mut Mlp<f64>, rows: &Dataset<f64>, at: [f64; 2]) -> f64 {
        let mut tape = Tape::new();
        let descent = Lbfgs::new().gradient_tolerance(1e-4).change_tolerance(0.0);
        let report = descent.iterations(2000).minimize(model, |model| {
            let on = Scope::train(&tape);
            let loss = squares(&on, model, rows) + model.penalty(&on);
            let outcome = (loss.item(), on.backward(loss));
            tape.clear();
            outcome
        });
        let [validation, test] = [&self.validation, &self.test].map(|data| {
            let tape = Tape::new();
            squares(&Scope::eval(&tape), model, data).item()
        });
        let iterations = report.iterations;
        let mut fits = self.fits.lock().expect("no fit panics");
        fits.push(Fitted {
            at,
            iterations,
            validation,
            test,
        });
        validation
    }

    /// Trials, each from the start.
    fn search(&self, search: impl Search, trials: usize) -> Result<Vec<(f64, f64)>, StudyError> {
        let space = Space::new()
            .log("first", 1e-5..=1e0)
            .log("second", 1e-5..=1e0);
        let name = search.name();
        Study::new(space, search)
            .trials(trials)
            .seed(1)
            .run(|trial| {
                let at = ["first", "second"].map(|name| trial.values().number(name));
                let strengths = at.map(Strength::new);
                self.fit(&mut network(strengths.each_ref()), &self.train, at)
            })?;
        Ok(self.chosen(&name))
    }

    /// The fit that validates best, and after each fit the test loss of the best so far.
    fn chosen(&self, name: &str) -> Vec<(f64, f64)> {
        let fits = std::mem::take(&mut *self.fits.lock().expect("no fit panics"));
        let mut best = fits[0];
        let each = (1..).zip(&fits).map(|(count, fit)| {
            if fit.validation < best.validation {
                best = *fit;
            }
            (f64::from(count), best.test)
        });
        let curve = each.collect();
        tell(name, &fits, &best, &format!("{:.3}", best.validation));
        curve
    }

    /// The last fit, chosen by its training rows.
    fn last(&self, name: &str) -> Vec<(f64, f64)> {
        let fits = std::mem::take(&mut *self.fits.lock().expect("no fit panics"));
        tell(name, &fits, &fits[fits.len() - 1], "–");
        let each = (1..)
            .zip(&fits)
            .map(|(count, fit)| (f64::from(count), fit.test));
        each.collect()
    }
}

fn tell(name: &str, fits: &[Fitted], chosen: &Fitted, validation: &str) {
    let iterations: usize = fits.iter().map(|fit| fit.iterations).sum();
    let [first, second] = chosen.at;
    println!(
        "{name:18}  {:4}  {iterations:10}  {first:8.1e}  {second:8.1e}  {validation:>10}  {:6.3}",
        fits.len(),
        chosen.test
    );
}
