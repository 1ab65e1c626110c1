//! What is not finite is found, wherever it is.

use ndarray::{ArrayD, array};
use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{BatchNorm, GradientMap, Module, Param, Role, Scope};

/// At every place of arrays that are shorter and longer than a block.
#[test]
fn at_each_place() {
    fn check<T: Element>() {
        for len in [1, 7, 255, 256, 257, 600] {
            let [first, second] = [(); 2].map(|()| Param::<T>::new(Role::Weight, T::zero()));
            let map = |array: &ArrayD<T>| {
                let other = ArrayD::from_elem(vec![2], T::max_value());
                GradientMap::from_iter([(first.id(), other), (second.id(), array.clone())])
            };
            let mut array = ArrayD::from_elem(vec![len], T::max_value());
            assert!(map(&array).is_finite());
            for place in 0..len {
                for bad in [T::nan(), T::infinity(), T::neg_infinity()] {
                    array[[place]] = bad;
                    assert!(!map(&array).is_finite(), "{bad} at {place} of {len}");
                }
                array[[place]] = T::zero();
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

/// A new value of a statistic counts as well: a step would write it.
#[test]
fn statistics_count() {
    let (layer, tape) = (BatchNorm::<f64>::new(1), Tape::new());
    let on = Scope::train(&tape);
    layer.forward(&on, on.input(array![[f64::INFINITY], [1.0]]));
    let zero = on.param(&layer.gain).sum(..) * 0.0;
    let gradients = on.backward(zero);
    assert!(
        gradients
            .iter()
            .all(|(_, g)| g.iter().all(|g| g.is_finite()))
    );
    assert!(!gradients.is_finite());
}
