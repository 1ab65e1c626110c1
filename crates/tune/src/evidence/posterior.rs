//! The covariance `H⁻¹` of weights, `H = BᵀB + diag(a)` in units of the noise, without forming it.

use ndarray::{Array1, Array2, Axis};

use crate::TuneError;
use crate::symmetric::{Factor, product, squares_of_columns};

/// A Gaussian around the weights. `B` has a row for each number that was seen, `a` is 0 of a flat prior.
///
/// | form | where | factors |
/// |---|---|---|
/// | primal | parameters are the fewer | `H` |
/// | dual | rows of `B` are the fewer | `M = I + U Uᵀ` with `U = B_p a^(−½)`, and `C = B_fᵀ M⁻¹ B_f` of what is flat |
///
/// The dual form is the inverse of the blocks: `(H⁻¹)_ff = C⁻¹`, and `(H⁻¹)_pp` by Woodbury's formula.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    /// Places of weights with a prior and their `a`.
    penalised: Vec<usize>,
    a: Vec<f64>,
    /// Places of those without.
    flat: Vec<usize>,
    form: Form,
    /// `γ` of each penalised weight: `1 − a (H⁻¹)ⱼⱼ`.
    gamma: Vec<f64>,
    log_determinant: f64,
}

#[derive(Clone, Debug)]
enum Form {
    /// Of `s H s`, which has ones on its diagonal.
    Primal { s: Vec<f64>, factor: Factor },
    /// `R = L_M⁻¹ U`, `F = L_M⁻¹ B_f s` with columns of length 1, and the factor of `FᵀF = s C s`.
    Dual {
        r: Array2<f64>,
        f: Array2<f64>,
        s: Vec<f64>,
        factor: Factor,
    },
}

impl Posterior {
    /// Of the places that have a precision; a flat one is 0. What is flat is left out if no row depends on it, or if
    /// others before it can do all that it does.
    pub(super) fn new(b: &Array2<f64>, precisions: &[Option<f64>]) -> Result<Self, TuneError> {
        let (mut penalised, mut a, mut flat) = (Vec::new(), Vec::new(), Vec::new());
        for (place, precision) in precisions.iter().enumerate() {
            match precision {
                Some(precision) if *precision > 0.0 => {
                    penalised.push(place);
                    a.push(*precision);
                }
                Some(_) => flat.push(place),
                None => (),
            }
        }
        let flat = independent(b, &flat);
        let mut posterior = match b.nrows() < penalised.len() + flat.len() {
            true => Self::dual(b, &penalised, &a, &flat),
            false => Self::primal(b, &penalised, &a, &flat),
        }
        .ok_or_else(|| TuneError::Undetermined {
            what: "the weights".to_owned(),
        })?;
        (posterior.penalised, posterior.a, posterior.flat) = (penalised, a, flat);
        Ok(posterior)
    }

    fn primal(b: &Array2<f64>, penalised: &[usize], a: &[f64], flat: &[usize]) -> Option<Self> {
        let places = [penalised, flat].concat();
        let b = b.select(Axis(1), &places);
        let mut h = product(b.t(), b.view());
        for (place, a) in a.iter().enumerate() {
            h[[place, place]] += a;
        }
        let s: Vec<f64> = h.diag().iter().map(|h| 1.0 / h.sqrt()).collect();
        for ((i, j), h) in h.indexed_iter_mut() {
            *h *= s[i] * s[j];
        }
        let factor = well_conditioned(&h)?;
        let inverse = factor.inverse_diagonal();
        let gamma = a.iter().zip(&inverse).zip(&s);
        let gamma = gamma.map(|((a, inverse), s)| (1.0 - a * inverse * s * s).max(0.0));
        Some(Self {
            gamma: gamma.collect(),
            log_determinant: factor.log_determinant() - 2.0 * s.iter().map(|s| s.ln()).sum::<f64>(),
            form: Form::Primal { s, factor },
            penalised: Vec::new(),
            a: Vec::new(),
            flat: Vec::new(),
        })
    }

    fn dual(b: &Array2<f64>, penalised: &[usize], a: &[f64], flat: &[usize]) -> Option<Self> {
        let mut u = b.select(Axis(1), penalised);
        for (mut column, a) in u.axis_iter_mut(Axis(1)).zip(a) {
            column /= a.sqrt();
        }
        let m = product(u.view(), u.t()) + Array2::<f64>::eye(b.nrows());
        let of_rows = Factor::of(&m)?;
        let r = of_rows.half_solve(&u);
        let mut f = of_rows.half_solve(&b.select(Axis(1), flat));
        let s = squares_of_columns(&f)
            .into_iter()
            .map(|square| 1.0 / square.sqrt());
        let s: Vec<f64> = s.collect();
        for (mut column, s) in f.axis_iter_mut(Axis(1)).zip(&s) {
            column *= *s;
        }
        let factor = well_conditioned(&product(f.t(), f.view()))?;
        let of_flat = factor.half_solve(&product(f.t(), r.view()));
        let gamma = squares_of_columns(&r)
            .into_iter()
            .zip(squares_of_columns(&of_flat));
        let logs =
            a.iter().map(|a| a.ln()).sum::<f64>() - 2.0 * s.iter().map(|s| s.ln()).sum::<f64>();
        Some(Self {
            gamma: gamma.map(|(all, flat)| (all - flat).max(0.0)).collect(),
            log_determinant: logs + of_rows.log_determinant() + factor.log_determinant(),
            form: Form::Dual { r, f, s, factor },
            penalised: Vec::new(),
            a: Vec::new(),
            flat: Vec::new(),
        })
    }

    /// `Σ γ` over some places.
    pub(super) fn gamma(&self, places: &[usize]) -> f64 {
        let of_place = |place: &usize| {
            let index = self.penalised.binary_search(place).ok()?;
            Some(self.gamma[index])
        };
        let each = places.iter().filter_map(of_place);
        each.fold(0.0, |sum, gamma| sum + gamma)
    }

    /// How many parameters the data determine: `Σ γ`, and each that is flat.
    pub(super) fn effective(&self) -> f64 {
        self.gamma.iter().sum::<f64>() + self.flat.len() as f64
    }

    /// How many are flat.
    pub(super) fn flat(&self) -> usize {
        self.flat.len()
    }

    /// `½ Σ ln a − ½ ln |H|`.
    pub(super) fn log_volume(&self) -> f64 {
        0.5 * (self.a.iter().map(|a| a.ln()).sum::<f64>() - self.log_determinant)
    }

    /// `jᵀ H⁻¹ j` of each row `j`, and of differences of rows.
    pub(super) fn spread(&self, rows: &Array2<f64>) -> Spread {
        let count = rows.nrows();
        let penalised = rows.select(Axis(1), &self.penalised);
        let flat = rows.select(Axis(1), &self.flat);
        match &self.form {
            Form::Primal { s, factor } => {
                let mut rows = ndarray::concatenate![Axis(1), penalised, flat];
                for (mut column, s) in rows.axis_iter_mut(Axis(1)).zip(s) {
                    column *= *s;
                }
                Spread {
                    all: factor.half_solve(&rows.reversed_axes()),
                    seen: Array2::zeros([0, count]),
                    flat: Array2::zeros([0, count]),
                }
            }
            Form::Dual { r, f, s, factor } => {
                let (mut penalised, mut flat) = (penalised, flat);
                for (mut column, a) in penalised.axis_iter_mut(Axis(1)).zip(&self.a) {
                    column /= a.sqrt();
                }
                for (mut column, s) in flat.axis_iter_mut(Axis(1)).zip(s) {
                    column *= *s;
                }
                let penalised = penalised.reversed_axes();
                let seen = product(r.view(), penalised.view());
                let rest = flat.reversed_axes() - product(f.t(), seen.view());
                let flat = factor.half_solve(&rest);
                Spread {
                    all: penalised,
                    seen,
                    flat,
                }
            }
        }
    }
}

/// What variances are squares of, a column for each row `j`: `all − seen + flat`.
pub(super) struct Spread {
    all: Array2<f64>,
    seen: Array2<f64>,
    flat: Array2<f64>,
}

impl Spread {
    pub(super) fn variances(&self) -> Vec<f64> {
        let parts = [&self.all, &self.seen, &self.flat];
        let [all, seen, flat] = parts.map(squares_of_columns);
        let variances = all.iter().zip(&seen).zip(&flat);
        variances
            .map(|((all, seen), flat)| (all - seen).max(0.0) + flat)
            .collect()
    }

    /// Of the difference of two.
    pub(super) fn variance_between(&self, a: usize, b: usize) -> f64 {
        let parts = [&self.all, &self.seen, &self.flat];
        let [all, seen, flat] = parts.map(|part| {
            let pairs = part.column(a).into_iter().zip(part.column(b));
            pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>()
        });
        (all - seen).max(0.0) + flat
    }
}

/// Those of some columns that are no sums of others before them, by the modified Gram-Schmidt process.
fn independent(b: &Array2<f64>, places: &[usize]) -> Vec<usize> {
    /// Of the square of a length.
    const ROUNDING: f64 = 1e-12;
    let (mut kept, mut directions) = (Vec::new(), Vec::<Array1<f64>>::new());
    for &place in places {
        let mut column = b.column(place).to_owned();
        let square = column.dot(&column);
        for direction in &directions {
            let along = direction.dot(&column);
            column.scaled_add(-along, direction);
        }
        let rest = column.dot(&column);
        if rest > ROUNDING * square {
            directions.push(column / rest.sqrt());
            kept.push(place);
        }
    }
    kept
}

/// The factor of a matrix with ones on its diagonal, unless a column is a sum of others but for rounding.
fn well_conditioned(a: &Array2<f64>) -> Option<Factor> {
    let factor = Factor::of(a)?;
    let rounding = 10.0 * a.nrows() as f64 * f64::EPSILON;
    (factor.least_pivot() > rounding).then_some(factor)
}
