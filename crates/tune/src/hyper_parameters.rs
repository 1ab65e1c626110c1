use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, Tape, Var};
use tapegrad_nn::{Param, ParamId, Role, Scope, Strength};
use tapegrad_optim::{Optimizer, Rule};

use crate::{HyperGradient, TuneError, error};

mod logarithms;
mod scale;
mod tuned;

use logarithms::Logarithms;
use scale::Scale;
pub use tuned::Tuned;

/// What is tuned: numbers and arrays by name, each by a coordinate `θ` that may be any number.
///
/// | | is | `θ` | starts |
/// |---|---|---|---|
/// | [`strength`](HyperParameters::strength) | a [`Strength`] of penalties or decays | `log λ` | where the strength is, above 0 |
/// | [`positive`](HyperParameters::positive) | a number or an array, as of strengths for each input, or a learning rate | `log x` | above 0 |
/// | [`share`](HyperParameters::share) | a number or an array, as of label smoothing | `log(x / (1 − x))` | above 0 and below 1 |
///
/// A [`Strength`] is its own handle: penalties have it, a step [sets](Strength::set) it. For the others there is
/// a [`Tuned`], whose [`on`](Tuned::on) is the variable in a pass.
///
/// ```
/// use ndarray::{Array1, array};
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Module, Penalty, Strength};
/// use tapegrad_tune::HyperParameters;
///
/// let ridge = Strength::new(0.1);
/// let model = Dense::<f64>::new(3, 1).seed(1).penalize(Penalty::l2(&ridge));
/// let mut hyper = HyperParameters::new();
/// hyper.strength("ridge", &ridge);
/// let inputs = hyper.positive("inputs", Array1::from_elem(3, 0.01));  // one for each row of the weight
///
/// let tape = Tape::new();
/// let on = hyper.scope(&tape);
/// let rows = on.param(&model.weight).square().sum(1);
/// let penalty = model.penalty(&on) + inputs.on(&on).dot(rows);
/// let squares = model.weight.value.iter().map(|w| w * w).sum::<f64>();
/// assert!((penalty.item() - 0.11 * squares).abs() < 1e-12);
/// println!("{hyper}");
/// ```
pub struct HyperParameters<T: Element = f32> {
    each: Vec<HyperParameter<T>>,
}

struct HyperParameter<T: Element> {
    name: String,
    scale: Scale,
    /// Where the number is, if it is a strength.
    strength: Option<Strength>,
    /// `θ`; of a strength as it was when it was read last.
    coordinate: Param<T>,
}

/// A hyper-parameter on a tape.
pub(crate) struct OnTape<'t, 'h, T: Element> {
    pub(crate) name: &'h str,
    /// What its value stands for.
    pub(crate) id: ParamId,
    pub(crate) strength: Option<&'h Strength>,
    /// `θ`.
    pub(crate) coordinate: Var<'t, T>,
    pub(crate) value: Var<'t, T>,
}

impl<T: Element> Default for HyperParameters<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> HyperParameters<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { each: Vec::new() }
    }

    /// A strength of penalties or decays, by its logarithm.
    ///
    /// # Panics
    /// If the name or the strength is there before, or if the strength has a schedule or is 0.
    #[track_caller]
    pub fn strength(&mut self, name: &str, strength: &Strength) {
        if strength.is_scheduled() {
            error::scheduled(name);
        }
        if self.find(strength.into()).is_some() {
            error::taken_strength(name);
        }
        let value = T::of(strength.at(0)).into_value();
        self.add("strength", name, Scale::Logarithm, Some(strength), value);
    }

    /// A number or an array above 0, by its logarithm.
    ///
    /// # Panics
    /// If the name is there before, or a number is not finite and above 0.
    #[track_caller]
    pub fn positive(&mut self, name: &str, start: impl IntoValue<T>) -> Tuned {
        let start = start.into_value();
        self.add("positive", name, Scale::Logarithm, None, start)
    }

    /// A number or an array between 0 and 1, by its log-odds.
    ///
    /// # Panics
    /// If the name is there before, or a number is not above 0 and below 1.
    #[track_caller]
    pub fn share(&mut self, name: &str, start: impl IntoValue<T>) -> Tuned {
        let start = start.into_value();
        self.add("share", name, Scale::LogOdds, None, start)
    }

    #[track_caller]
    fn add(
        &mut self,
        method: &str,
        name: &str,
        scale: Scale,
        strength: Option<&Strength>,
        start: ArcArrayD<T>,
    ) -> Tuned {
        if self.each.iter().any(|each| each.name == name) {
            error::taken_name(name);
        }
        let coordinate = |x: T| scale.coordinate(x.wide());
        if let Some(x) = start.iter().find(|x| !coordinate(**x).is_finite()) {
            error::start(method, name, x.wide(), scale.range());
        }
        let coordinate = start.mapv(|x| T::of(coordinate(x)));
        let coordinate = Param::new(Role::Gain, coordinate);
        let tuned = Tuned(coordinate.id());
        self.each.push(HyperParameter {
            name: name.to_owned(),
            scale,
            strength: strength.cloned(),
            coordinate,
        });
        tuned
    }

    fn find(&self, id: ParamId) -> Option<&HyperParameter<T>> {
        self.each.iter().find(|each| each.id() == id)
    }

    /// The value of a strength or of what a [`Tuned`] stands for.
    ///
    /// # Panics
    /// If it is none of these.
    #[track_caller]
    pub fn value(&self, of: impl Into<ParamId>) -> ArcArrayD<T> {
        match self.find(of.into()) {
            Some(each) => each.value(),
            None => error::not_tuned("HyperParameters::value"),
        }
    }

    /// Names and values, in the order in which they were given.
    pub fn values(&self) -> impl Iterator<Item = (&str, ArcArrayD<T>)> {
        let each = self.each.iter();
        each.map(|each| (each.name.as_str(), each.value()))
    }

    /// A pass for training in which every hyper-parameter stands as a constant: for fits whose loss takes one by
    /// its [`Tuned`]. Where all are strengths, any pass will do.
    pub fn scope<'t>(&self, tape: &'t Tape<T>) -> Scope<'t, T> {
        let mut on = Scope::train(tape);
        for each in &self.each {
            on = on.substitute(each.id(), tape.constant(each.value()));
        }
        on
    }

    /// Every `θ` as a variable, and the value as what follows from it.
    pub(crate) fn on_tape<'t, 'h>(&'h self, tape: &'t Tape<T>) -> Vec<OnTape<'t, 'h, T>> {
        let each = self.each.iter();
        let on_tape = each.map(|each| {
            let coordinate = tape.var(each.coordinate());
            OnTape {
                name: &each.name,
                id: each.id(),
                strength: each.strength.as_ref(),
                coordinate,
                value: each.scale.of_var(coordinate),
            }
        });
        on_tape.collect()
    }

    /// Takes a step of an optimizer down a gradient, and sets strengths by it.
    ///
    /// Coordinates are as gains to the optimizer: its decay leaves them alone, unless it is asked for biases.
    ///
    /// # Errors
    /// If the gradient or what would follow from it is not finite. Then nothing is changed.
    ///
    /// # Panics
    /// If the gradient is that of other hyper-parameters.
    #[track_caller]
    pub fn step<R: Rule>(
        &mut self,
        optimizer: &mut Optimizer<R, T>,
        gradient: &HyperGradient<T>,
    ) -> Result<(), TuneError> {
        let ids = self.each.iter().map(HyperParameter::id);
        if !ids.eq(gradient.ids()) {
            error::other_hyper_parameters();
        }
        gradient.check()?;
        let own = self.each.iter().map(|each| each.coordinate.id());
        let gradients = own.zip(gradient.arrays()).collect();
        let mut next = Logarithms(self.each.iter().map(HyperParameter::param).collect());
        let mut stepped = optimizer.clone();
        stepped.step(&mut next, &gradients);
        for (each, next) in self.each.iter().zip(&next.0) {
            for &coordinate in &next.value {
                let value = T::of(each.scale.value(coordinate.wide())).wide();
                TuneError::finite(value, || format!("`{}` after the step", each.name))?;
                // What has become 0 has no logarithm to go on from.
                let left = each.scale.coordinate(value);
                TuneError::finite(left, || {
                    format!("the coordinate of `{}` after the step", each.name)
                })?;
            }
        }
        *optimizer = stepped;
        self.go_to(next.0.into_iter().map(|param| param.value));
        Ok(())
    }

    /// Every `θ` as it is.
    pub(crate) fn coordinates(&self) -> Vec<ArcArrayD<T>> {
        self.each.iter().map(HyperParameter::coordinate).collect()
    }

    /// Makes every `θ` another one.
    pub(crate) fn go_to(&mut self, coordinates: impl IntoIterator<Item = ArcArrayD<T>>) {
        for (each, coordinate) in self.each.iter_mut().zip(coordinates) {
            if let Some(strength) = &each.strength {
                let coordinate = coordinate.first().expect("a strength is one number");
                strength.set(each.scale.value(coordinate.wide()));
            }
            each.coordinate.value = coordinate;
        }
    }
}

impl<T: Element> HyperParameter<T> {
    /// What its value stands for in a pass.
    fn id(&self) -> ParamId {
        match &self.strength {
            Some(strength) => strength.into(),
            None => self.coordinate.id(),
        }
    }

    fn coordinate(&self) -> ArcArrayD<T> {
        match &self.strength {
            Some(strength) => T::of(self.scale.coordinate(strength.at(0))).into_value(),
            None => self.coordinate.value.clone(),
        }
    }

    /// The coordinate as an optimizer takes it.
    fn param(&self) -> Param<T> {
        let mut param = self.coordinate.clone();
        param.value = self.coordinate();
        param
    }

    fn value(&self) -> ArcArrayD<T> {
        match &self.strength {
            Some(strength) => T::of(strength.at(0)).into_value(),
            None => {
                let coordinate = &self.coordinate.value;
                let value = coordinate.mapv(|x| T::of(self.scale.value(x.wide())));
                value.into_value()
            }
        }
    }
}

/// A line for each: the name and the value.
impl<T: Element> fmt::Display for HyperParameters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.each.iter().map(|each| each.name.chars().count());
        let width = names.max().unwrap_or(0);
        for (index, (name, value)) in self.values().enumerate() {
            let end = if index > 0 { "\n" } else { "" };
            write!(f, "{end}{name:width$}  {:.3e}", value.mapv(T::wide))?;
        }
        Ok(())
    }
}

impl<T: Element> fmt::Debug for HyperParameters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.values()).finish()
    }
}
