use ndarray::Axis;
use tapegrad_autodiff::{Element, Tape, Var};

use crate::{Dense, Mlp, Module, Name, Normalization, Param, Role, Scope};

/// A smaller network with the same outputs in evaluation: without the inputs and hidden units that exact
/// zeros have made useless.
///
/// A hidden unit goes if no unit of the next layer reads it (its row there is 0), or if it reads nothing
/// (its column is 0): then it is constant, and what it gives is added to the next layer's bias, which is
/// made if there is none. An input goes if the first layer does not read it. What goes can make others
/// useless, before and after it; they go too. Before a layer normalisation no unit goes, for each has a part
/// in the mean and the variance of the others.
///
/// Parameters of the result are their own (optimizers start afresh on them), with the penalties and other
/// settings of those that they come from.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Mlp, Module, compact};
///
/// let mut model = Mlp::<f64>::new(&[2, 2, 1]).seed(1);
/// // The second input is read by nobody, and the second unit reads nothing.
/// model.layers[0].weight.value = array![[0.5, 0.0], [0.0, 0.0]].into_dyn().into_shared();
/// let small = compact(&model);
/// assert_eq!((small.model.parameter_count(), &small.inputs), (1 + 1 + 1 + 1, &vec![0]));
/// let x = array![[0.3, -1.2], [2.0, 0.1]];
/// assert_eq!(small.predict(&x), model.predict(&x));           // picks the inputs that it needs
/// ```
pub fn compact<T: Element>(model: &Mlp<T>) -> Compact<T> {
    let mut layers = model.layers.clone();
    let mut inputs: Vec<usize> = (0..layers.first().map_or(0, Dense::inputs)).collect();
    loop {
        let before: usize = layers.iter().map(Dense::inputs).sum();
        let read: Vec<_> = layers.first().map_or(Vec::new(), Dense::inputs_read);
        if let Some(first) = layers.first_mut() {
            inputs = read.iter().map(|&input| inputs[input]).collect();
            let units: Vec<_> = (0..first.outputs()).collect();
            *first = first.part(&read, &units);
        }
        for index in 1..layers.len() {
            if matches!(
                layers[index - 1].normalization,
                Some(Normalization::Layer(_))
            ) {
                continue;
            }
            let (before, after) = layers.split_at_mut(index);
            join(&mut before[index - 1], &mut after[0]);
        }
        if before == layers.iter().map(Dense::inputs).sum::<usize>() {
            break;
        }
    }
    let mut model = Mlp {
        input_dropout: model.input_dropout,
        layers,
    };
    model.visit_mut(Name::root(), &mut |_, param| *param = param.separate());
    Compact { inputs, model }
}

/// A network made by [`compact`]. As a module it takes the inputs of the network that it comes from, and
/// passes on those that it needs.
#[derive(Clone, Debug)]
pub struct Compact<T: Element = f32> {
    /// Which inputs are needed, ascending.
    pub inputs: Vec<usize>,
    /// The network of these inputs.
    pub model: Mlp<T>,
}

impl<T: Element> Module<T> for Compact<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let x = x.index_select(-1, &self.inputs);
        on.part("model", None, &self.model, x)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.model.visit(&at.child("model"), f);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.model.visit_mut(&at.child("model"), f);
    }
}

/// Takes the useless units from between two layers.
fn join<T: Element>(first: &mut Dense<T>, second: &mut Dense<T>) {
    let read = second.inputs_read();
    let varies = |&&unit: &&usize| {
        let column = first.weight.value.index_axis(Axis(1), unit);
        column.iter().any(|w| *w != T::zero())
    };
    let units: Vec<_> = read.iter().filter(varies).copied().collect();
    if units.len() < read.len() {
        let constants = first.outputs_of_nothing();
        let bias = second.bias.get_or_insert_with(|| {
            let zeros = vec![T::zero(); second.weight.value.shape()[1]];
            Param::new(Role::Bias, zeros)
        });
        for &unit in read.iter().filter(|unit| !units.contains(unit)) {
            let row = second.weight.value.index_axis(Axis(0), unit);
            bias.value.scaled_add(constants[unit], &row);
        }
    }
    let all = |count| (0..count).collect::<Vec<_>>();
    *second = second.part(&units, &all(second.outputs()));
    *first = first.part(&all(first.inputs()), &units);
}

impl<T: Element> Dense<T> {
    fn inputs(&self) -> usize {
        self.weight.value.shape()[0]
    }

    fn outputs(&self) -> usize {
        self.weight.value.shape()[1]
    }

    /// The inputs with a weight that is not 0.
    fn inputs_read(&self) -> Vec<usize> {
        let rows = self.weight.value.axis_iter(Axis(0)).enumerate();
        rows.filter(|(_, row)| row.iter().any(|w| *w != T::zero()))
            .map(|(input, _)| input)
            .collect()
    }

    /// What each unit gives that reads nothing.
    fn outputs_of_nothing(&self) -> Vec<T> {
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let z = tape.constant(vec![T::zero(); self.outputs()]);
        let z = z.reshape(&[1, self.outputs()]);
        let bias = self.bias.as_ref().map(|bias| on.param(bias));
        let mut z = bias.map_or(z, |bias| z + bias);
        if let Some(normalization) = &self.normalization {
            z = normalization.forward(&on, z);
        }
        self.activation.apply(z).value().iter().copied().collect()
    }

    /// The layer of some of the inputs and units.
    fn part(&self, inputs: &[usize], units: &[usize]) -> Self {
        if inputs.len() == self.inputs() && units.len() == self.outputs() {
            return self.clone();
        }
        let mut part = self.clone();
        part.weight = selected(&selected(&self.weight, 0, inputs), 1, units);
        part.bias = self.bias.as_ref().map(|bias| selected(bias, 0, units));
        if let Some(normalization) = &mut part.normalization {
            normalization.visit_mut(Name::root(), &mut |_, param| {
                *param = selected(param, 0, units)
            });
        }
        part
    }
}

/// Some numbers of a parameter along an axis.
fn selected<T: Element>(param: &Param<T>, axis: usize, places: &[usize]) -> Param<T> {
    let mut part = param.clone();
    part.value = param.value.select(Axis(axis), places).into_shared();
    part
}
