//! The models that the checks run over.

use tapegrad_autodiff::{ArcArrayD, Element, Var};
use tapegrad_nn::{Dense, Mlp, Module, Name, Param, Role, Scope};

/// Parameters of any shape under any name, which compute nothing.
#[derive(Clone)]
pub(crate) struct Bag<T: Element>(pub(crate) Vec<(&'static str, Param<T>)>);

impl<T: Element> Module<T> for Bag<T> {
    fn forward<'t>(&self, _: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        x
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.0
            .iter()
            .for_each(|(name, param)| f(&at.child(name), param));
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.0
            .iter_mut()
            .for_each(|(name, param)| f(&at.child(name), param));
    }
}

/// Numbers with their bits.
pub(crate) trait Bits: Element {
    /// Zeros, subnormals, the ends of the range, and NaN with payloads, quiet and signalling.
    const PATTERNS: &'static [u64];
    fn from_bits_of(bits: u64) -> Self;
    fn bits(self) -> u64;
}

impl Bits for f32 {
    const PATTERNS: &'static [u64] = &[
        0,
        0x8000_0000,
        1,
        0x8000_0001,
        0x007F_FFFF,
        0x7F7F_FFFF,
        0x7F80_0000,
        0xFF80_0000,
        0x7FC0_1234,
        0xFFC0_0001,
        0x7F80_0001,
    ];
    fn from_bits_of(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Bits for f64 {
    const PATTERNS: &'static [u64] = &[
        0,
        1 << 63,
        1,
        (1 << 63) | 1,
        0x000F_FFFF_FFFF_FFFF,
        0x7FEF_FFFF_FFFF_FFFF,
        0x7FF0_0000_0000_0000,
        0xFFF0_0000_0000_0000,
        0x7FF8_0000_DEAD_BEEF,
        0xFFF8_0000_0000_0001,
        0x7FF0_0000_0000_0001,
    ];
    fn from_bits_of(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

/// Name, shape and bits of every parameter.
pub(crate) fn bits<T: Bits>(model: &dyn Module<T>) -> Vec<(String, Vec<usize>, Vec<u64>)> {
    let parameters = model.parameters().into_iter();
    parameters
        .map(|(name, param)| {
            let numbers = param.value.iter().map(|x| x.bits()).collect();
            (name, param.value.shape().to_vec(), numbers)
        })
        .collect()
}

/// The same model with ones in place of all numbers, but shared where they were.
pub(crate) fn ones<T: Element>(mut model: Box<dyn Module<T>>) -> Box<dyn Module<T>> {
    model.visit_mut(Name::root(), &mut |_, param| {
        param.value = ArcArrayD::ones(param.value.raw_dim());
    });
    model
}

/// One of each kind: networks, and parameters that are easily forgotten.
pub(crate) fn models<T: Bits>() -> Vec<(&'static str, Box<dyn Module<T>>)> {
    let patterns: Vec<T> = T::PATTERNS.iter().map(|&x| T::from_bits_of(x)).collect();
    let zeros = |shape: &[usize]| Param::new(Role::Weight, ArcArrayD::<T>::zeros(shape));
    let mut frozen = Param::new(Role::Bias, [T::of(2.0), T::of(-3.0)]);
    frozen.trainable = false;
    let mut reversed = zeros(&[2, 3]);
    reversed.value = ndarray::array![
        [T::of(1.0), T::of(2.0), T::of(3.0)],
        [T::of(4.0), T::of(5.0), T::of(6.0)]
    ]
    .reversed_axes()
    .into_dyn()
    .into_shared();
    let tied = Param::new(Role::Weight, [[T::of(0.1), T::of(0.2)]].concat());
    vec![
        ("network", Box::new(Mlp::<T>::new(&[3, 12, 7, 2]).seed(5))),
        (
            "linear layer",
            Box::new(Dense::<T>::new(3, 2).without_bias()),
        ),
        ("eleven layers", Box::new(Mlp::<T>::new(&[2; 12]).seed(1))),
        ("no parameter", Box::new(Bag::<T>(Vec::new()))),
        (
            "every kind of number",
            Box::new(Bag(vec![("w", Param::new(Role::Weight, patterns))])),
        ),
        (
            "a number",
            Box::new(Bag(vec![(
                "temperature",
                Param::new(Role::Weight, T::of(0.5)),
            )])),
        ),
        (
            "no numbers",
            Box::new(Bag(vec![
                ("a", zeros(&[0])),
                ("b", zeros(&[3, 0, 2])),
                ("c", zeros(&[1, 1, 1])),
            ])),
        ),
        ("a frozen parameter", Box::new(Bag(vec![("mean", frozen)]))),
        ("columns first", Box::new(Bag(vec![("w", reversed)]))),
        (
            "two names of one",
            Box::new(Bag(vec![("in", tied.clone()), ("out", tied)])),
        ),
        (
            "names of all kinds",
            Box::new(Bag(vec![
                ("", zeros(&[1])),
                ("λ \"quoted\"\n", zeros(&[2])),
                ("a.b", zeros(&[3])),
            ])),
        ),
    ]
}
