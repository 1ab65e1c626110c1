use tapegrad_autodiff::Element;

use crate::{Penalty, error};

/// `λ₁` and `λ₂` of `mean data loss + λ₁ Σ|w| + λ₂ Σ w²`, from and to what other systems call the strength
/// of a penalty.
///
/// Objectives that are a multiple of each other have the same minimum: each is divided by what stands
/// before its mean loss. `n` is the number of rows that the other system is trained on.
///
/// | system | its objective | `λ₁` | `λ₂` | beside |
/// |---|---|---|---|---|
/// | Keras `L1L2(l1, l2)` | `mean loss + l1 Σ\|w\| + l2 Σw²` | `l1` | `l2` | the same loss |
/// | PyTorch `weight_decay = k` of `SGD`, `Adam`, `RMSprop` | `mean loss + ½ k Σw²` | – | `k / 2` | the same loss |
/// | scikit-learn `MLPClassifier(alpha)` | `mean loss + α / (2 n) Σw²` | – | `α / (2 n)` | cross-entropy |
/// | scikit-learn `MLPRegressor(alpha)` | `½ mean (y − p)² + α / (2 n) Σw²` | – | `α / n` | squared error |
/// | scikit-learn `Ridge(alpha)` | `Σ (y − p)² + α Σw²` | – | `α / n` | squared error |
/// | scikit-learn `Lasso(alpha)` | `½ mean (y − p)² + α Σ\|w\|` | `2 α` | – | squared error |
/// | scikit-learn `ElasticNet(alpha, l1_ratio = ρ)` | `½ mean (y − p)² + α ρ Σ\|w\| + ½ α (1 − ρ) Σw²` | `2 α ρ` | `α (1 − ρ)` | squared error |
/// | scikit-learn `LogisticRegression(C, l1_ratio = ρ)` | `C Σ loss + ρ Σ\|w\| + ½ (1 − ρ) Σw²` | `ρ / (C n)` | `(1 − ρ) / (2 C n)` | cross-entropy |
/// | glmnet `lambda`, `alpha`, Gaussian | as `ElasticNet`, inputs standardised | `2 λ α` | `λ (1 − α)` | squared error |
///
/// Squared error is [`loss`](crate::loss)'s mean of `(y − p)²`, without ½, of one output. `weight_decay` of
/// `AdamW` is no penalty: it is `Decay::decoupled` of the optimizer. glmnet's `lambda` is one of standardised
/// inputs (population variance 1) unless it is told `standardize = FALSE`.
///
/// ```
/// use tapegrad_nn::{Dense, Lambda};
///
/// let lambda = Lambda::from_sklearn_elastic_net(0.5, 0.3);
/// assert_eq!((lambda.l1, lambda.l2), (0.3, 0.35));
/// let layer = Dense::<f64>::new(10, 1).penalize(lambda.penalty().proximal());
/// assert_eq!(Lambda::from_torch(1e-2).to_sklearn_mlp_classifier(150), Some(1.5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lambda {
    /// Of the sum of absolute values.
    pub l1: f64,
    /// Of the sum of squares.
    pub l2: f64,
}

impl Lambda {
    /// From `keras.regularizers.L1L2(l1, l2)`.
    pub fn from_keras(l1: f64, l2: f64) -> Self {
        Self { l1, l2 }
    }

    /// `(l1, l2)` of Keras.
    pub fn to_keras(self) -> (f64, f64) {
        (self.l1, self.l2)
    }

    /// From the `weight_decay` of PyTorch's `SGD`, `Adam`, `RMSprop`.
    pub fn from_torch(weight_decay: f64) -> Self {
        Self::ridge(weight_decay / 2.0)
    }

    /// PyTorch's `weight_decay`; `None` with an L1 part.
    pub fn to_torch(self) -> Option<f64> {
        self.without_l1(2.0 * self.l2)
    }

    /// From the `alpha` of scikit-learn's `MLPClassifier` on `n` rows, beside cross-entropy.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn from_sklearn_mlp_classifier(alpha: f64, n: usize) -> Self {
        Self::ridge(alpha / (2.0 * rows(n)))
    }

    /// The `alpha` of `MLPClassifier`; `None` with an L1 part.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn to_sklearn_mlp_classifier(self, n: usize) -> Option<f64> {
        self.without_l1(2.0 * rows(n) * self.l2)
    }

    /// From the `alpha` of scikit-learn's `MLPRegressor` on `n` rows, beside squared error.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn from_sklearn_mlp_regressor(alpha: f64, n: usize) -> Self {
        Self::ridge(alpha / rows(n))
    }

    /// The `alpha` of `MLPRegressor`; `None` with an L1 part.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn to_sklearn_mlp_regressor(self, n: usize) -> Option<f64> {
        self.without_l1(rows(n) * self.l2)
    }

    /// From the `alpha` of scikit-learn's `Ridge` on `n` rows, beside squared error.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn from_sklearn_ridge(alpha: f64, n: usize) -> Self {
        Self::ridge(alpha / rows(n))
    }

    /// The `alpha` of `Ridge`; `None` with an L1 part.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn to_sklearn_ridge(self, n: usize) -> Option<f64> {
        self.without_l1(rows(n) * self.l2)
    }

    /// From the `alpha` of scikit-learn's `Lasso`, beside squared error.
    pub fn from_sklearn_lasso(alpha: f64) -> Self {
        Self::from_sklearn_elastic_net(alpha, 1.0)
    }

    /// The `alpha` of `Lasso`; `None` with an L2 part.
    pub fn to_sklearn_lasso(self) -> Option<f64> {
        (self.l2 == 0.0).then_some(self.l1 / 2.0)
    }

    /// From `alpha` and `l1_ratio` of scikit-learn's `ElasticNet`, beside squared error.
    pub fn from_sklearn_elastic_net(alpha: f64, l1_ratio: f64) -> Self {
        Self {
            l1: 2.0 * alpha * l1_ratio,
            l2: alpha * (1.0 - l1_ratio),
        }
    }

    /// `(alpha, l1_ratio)` of `ElasticNet`; a ratio of 0 without any penalty.
    pub fn to_sklearn_elastic_net(self) -> (f64, f64) {
        let alpha = self.l1 / 2.0 + self.l2;
        (alpha, ratio(self.l1 / 2.0, alpha))
    }

    /// From `C` and `l1_ratio` (0 for L2 alone) of scikit-learn's `LogisticRegression` on `n` rows, beside
    /// cross-entropy.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn from_sklearn_logistic(c: f64, l1_ratio: f64, n: usize) -> Self {
        let whole = 1.0 / (c * rows(n));
        Self {
            l1: l1_ratio * whole,
            l2: (1.0 - l1_ratio) * whole / 2.0,
        }
    }

    /// `(C, l1_ratio)` of `LogisticRegression`; an infinite `C` without any penalty.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn to_sklearn_logistic(self, n: usize) -> (f64, f64) {
        let whole = self.l1 + 2.0 * self.l2;
        (1.0 / (whole * rows(n)), ratio(self.l1, whole))
    }

    /// From `lambda` and `alpha` of glmnet's Gaussian family, beside squared error and with standardised
    /// inputs.
    pub fn from_glmnet(lambda: f64, alpha: f64) -> Self {
        Self::from_sklearn_elastic_net(lambda, alpha)
    }

    /// `(lambda, alpha)` of glmnet.
    pub fn to_glmnet(self) -> (f64, f64) {
        self.to_sklearn_elastic_net()
    }

    /// The penalty, without a term whose strength is 0.
    ///
    /// # Panics
    /// If a strength is negative or not finite.
    #[track_caller]
    pub fn penalty<T: Element>(self) -> Penalty<T> {
        match (self.l1 == 0.0, self.l2 == 0.0) {
            (true, true) => Penalty::none(),
            (false, true) => Penalty::l1(self.l1),
            (true, false) => Penalty::l2(self.l2),
            (false, false) => Penalty::elastic_net(self.l1, self.l2),
        }
    }

    fn ridge(l2: f64) -> Self {
        Self { l1: 0.0, l2 }
    }

    fn without_l1(self, strength: f64) -> Option<f64> {
        (self.l1 == 0.0).then_some(strength)
    }
}

#[track_caller]
fn rows(n: usize) -> f64 {
    if n == 0 {
        error::no_rows();
    }
    n as f64
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
