//! What a model is made of, as a table.

mod table;

use tapegrad_autodiff::{ArcArrayD, Element, Tape};

use crate::{Module, Name, Param, ParamId, Role, Scope};

/// The layers of a model that have parameters: their shapes, how many numbers they hold, what they
/// cost and where they must stay.
///
/// ```
/// use tapegrad_nn::{LayerNorm, Mlp, Penalty, summary};
///
/// let model = Mlp::<f32>::new(&[20, 64, 10]).normalize(LayerNorm::new).penalize(0, Penalty::l1(1e-3));
/// let summary = summary(&model);
/// assert_eq!(summary.layers[0].parameters[0].shape, [20, 64]);
/// assert_eq!((summary.trained(), summary.frozen(), summary.statistics()), (2122, 0, 0));
/// assert_eq!(summary.to_string(), "\
/// layer                   parameters                  trained  frozen  statistics  penalty
/// layers.0                weight [20, 64], bias [64]     1344       0           0  weight: L1 0.001
/// layers.0.normalization  gain [64], shift [64]           128       0           0
/// layers.1                weight [64, 10], bias [10]      650       0           0
/// all                                                    2122       0           0
/// ");
/// ```
pub fn summary<T: Element>(model: &(impl Module<T> + ?Sized)) -> Summary {
    let mut layers: Vec<LayerSummary> = Vec::new();
    let mut seen: Vec<(ParamId, String)> = Vec::new();
    model.visit(Name::root(), &mut |name, param| {
        let name = name.to_string();
        let (layer, field) = name.rsplit_once('.').unwrap_or(("", &name));
        let first = seen.iter().find(|(id, _)| *id == param.id());
        let parameter = ParameterSummary::new(field, param, first.map(|(_, name)| name.clone()));
        match layers.iter_mut().find(|other| other.name == layer) {
            Some(layer) => layer.parameters.push(parameter),
            None => layers.push(LayerSummary {
                name: layer.to_owned(),
                output: None,
                parameters: vec![parameter],
            }),
        }
        seen.push((param.id(), name));
    });
    Summary {
        layers,
        output: None,
    }
}

/// As [`summary`], and with the shape of what each part of the model gives for an input of this
/// shape, found by an evaluation pass on zeros. Parts without parameters are shown, too.
///
/// A part is seen if its module calls it by [`Scope::part`], as all of this crate do.
///
/// ```
/// use tapegrad_nn::{Activation, Dense, Flatten, Sequential, summary_with_input};
///
/// let model = Sequential::<f32>::new().then(Flatten).then(Dense::new(6, 4)).then(Activation::Relu);
/// let summary = summary_with_input(&model, &[5, 3, 2]);
/// let outputs: Vec<_> = summary.layers.iter().map(|layer| layer.output.as_deref().unwrap()).collect();
/// assert_eq!(outputs, [[5, 6], [5, 4], [5, 4]]);
/// assert_eq!(summary.layers[2].name, "layers.2");
/// ```
///
/// # Panics
/// If the model does not take an input of this shape.
#[track_caller]
pub fn summary_with_input<T: Element>(
    model: &(impl Module<T> + ?Sized),
    input: &[usize],
) -> Summary {
    let mut summary = summary(model);
    let tape = Tape::new();
    let on = Scope::eval(&tape).observing_parts();
    let x = on.input(ArcArrayD::<T>::zeros(input));
    let output = model.forward(&on, x).shape().to_vec();
    let mut place = 0;
    for (name, output) in on.part_outputs() {
        match summary.layers.iter().position(|layer| layer.name == name) {
            Some(known) => place = known,
            None => summary.layers.insert(
                place,
                LayerSummary {
                    name,
                    output: None,
                    parameters: Vec::new(),
                },
            ),
        }
        summary.layers[place].output = Some(output);
        place += 1;
    }
    if let Some(whole) = summary
        .layers
        .iter_mut()
        .find(|layer| layer.name.is_empty())
    {
        whole.output = Some(output.clone());
    }
    summary.output = Some(output);
    summary
}

/// What [`summary`] finds, printed as a table. A column in which nothing would stand is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The parts of the model, in the order of the visit.
    pub layers: Vec<LayerSummary>,
    /// The shape of the whole model's output, if an input is given.
    pub output: Option<Vec<usize>>,
}

/// A part of a model and the parameters that are its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSummary {
    /// The name of its parameters before their last dot, such as `layers.0`; empty for those of the
    /// model itself.
    pub name: String,
    /// The shape of its output, if an input is given and the part was seen in the pass; of its last
    /// use if it has several.
    pub output: Option<Vec<usize>>,
    /// In the order of the visit.
    pub parameters: Vec<ParameterSummary>,
}

/// A parameter of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSummary {
    /// Its name in its layer, such as `weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// Whether gradients train it.
    pub trained: bool,
    /// What it costs, in words, if anything.
    pub penalty: Option<String>,
    /// Where it must stay, in words, if it must.
    pub constraint: Option<String>,
    /// The first name of the same parameter, if it is shown under several; it is counted there.
    pub shared_with: Option<String>,
}

impl ParameterSummary {
    fn new<T: Element>(name: &str, param: &Param<T>, shared_with: Option<String>) -> Self {
        let penalty = (!param.penalty.is_none()).then(|| param.penalty.to_string());
        Self {
            name: name.to_owned(),
            shape: param.value.shape().to_vec(),
            role: param.role,
            trained: param.is_trained(),
            penalty,
            constraint: param.constraint.map(|constraint| constraint.to_string()),
            shared_with,
        }
    }

    /// How many numbers it adds to the model: none if it is counted elsewhere.
    pub fn count(&self) -> usize {
        match self.shared_with {
            None => self.shape.iter().product(),
            Some(_) => 0,
        }
    }
}

impl LayerSummary {
    /// How many numbers gradients train.
    pub fn trained(&self) -> usize {
        self.count_if(|parameter| parameter.trained)
    }

    /// How many numbers are frozen: weights, biases and gains that are not trained.
    pub fn frozen(&self) -> usize {
        self.count_if(|parameter| !parameter.trained && parameter.role != Role::Statistic)
    }

    /// How many numbers are noted in passing.
    pub fn statistics(&self) -> usize {
        self.count_if(|parameter| parameter.role == Role::Statistic)
    }

    fn count_if(&self, of: impl Fn(&ParameterSummary) -> bool) -> usize {
        let counted = self.parameters.iter().filter(|parameter| of(parameter));
        counted.map(ParameterSummary::count).sum()
    }
}

impl Summary {
    /// How many numbers gradients train.
    pub fn trained(&self) -> usize {
        self.layers.iter().map(LayerSummary::trained).sum()
    }

    /// How many numbers are frozen: weights, biases and gains that are not trained.
    pub fn frozen(&self) -> usize {
        self.layers.iter().map(LayerSummary::frozen).sum()
    }

    /// How many numbers are noted in passing.
    pub fn statistics(&self) -> usize {
        self.layers.iter().map(LayerSummary::statistics).sum()
    }
}
