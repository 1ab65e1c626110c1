//! Mixup and adversarial training against their definitions.

use std::cell::RefCell;
use std::rc::Rc;

use approx::assert_relative_eq;
use ndarray::Axis;
use tapegrad_nn::{Mlp, loss};
use tapegrad_optim::Sgd;
use tapegrad_train::Trainer;
use tapegrad_train::augmentation::{Adversarial, Augmentation, Augmenting, Mixup};
use tapegrad_train::data::{self, Dataset};

use super::{bits, moons, network};

type Pairs = Rc<RefCell<Vec<(Dataset<f64>, Dataset<f64>)>>>;

/// Keeps each batch before and after an augmentation.
struct Watched<A>(A, Pairs);

impl<A: Augmentation<f64>> Augmentation<f64> for Watched<A> {
    fn augment(&self, batch: Dataset<f64>, with: &mut Augmenting<'_, f64>) -> Dataset<f64> {
        let after = self.0.augment(batch.clone(), with);
        self.1.borrow_mut().push((batch, after.clone()));
        after
    }
}

/// What an augmentation did to each batch of two epochs, and the weights in the end.
fn watch(
    augmentation: impl Augmentation<f64>,
    data: &Dataset<f64>,
    model: &mut Mlp<f64>,
    classes: bool,
) -> Vec<(Dataset<f64>, Dataset<f64>)> {
    let pairs = Pairs::default();
    let watched = Watched(augmentation, pairs.clone());
    let trainer = match classes {
        true => Trainer::new(Sgd::new(0.1), loss::CrossEntropy::new()),
        false => Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new()),
    };
    let fit = trainer
        .epochs(2)
        .batch_size(20)
        .augment(watched)
        .fit(model, data);
    fit.unwrap();
    pairs.take()
}

#[test]
fn mixup_mixes_rows_of_a_batch_with_one_share() {
    let (train, _) = moons();
    let pairs = watch(Mixup::new(0.4), &train, &mut network(), false);
    assert_eq!(pairs.len(), 6);
    let mut shares = Vec::new();
    for (before, after) in &pairs {
        assert_eq!(before.x.shape(), after.x.shape());
        // Each row is λ of its own and 1 − λ of some row of the batch, with one λ.
        let rows = before.rows();
        let share_of = |row: usize, other: usize| {
            let [own, other, mixed] = [&before.x, &before.x, &after.x]
                .iter()
                .zip([row, other, row])
                .map(|(x, row)| x.index_axis(Axis(0), row).to_owned())
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            let (a, b): (f64, f64) = (own[[0]] - other[[0]], mixed[[0]] - other[[0]]);
            let share = b / a;
            let fits = (mixed[[1]] - other[[1]] - share * (own[[1]] - other[[1]])).abs() < 1e-9;
            let y = share * before.y[[row, 0]]
                + (1.0 - share) * before.y[[other_index(before, &other), 0]];
            (fits && (y - after.y[[row, 0]]).abs() < 1e-9).then_some(share)
        };
        let candidates = |row: usize| -> Vec<f64> {
            (0..rows)
                .filter(|&other| other != row)
                .filter_map(|other| share_of(row, other))
                .collect()
        };
        let first = candidates(0);
        let share = first.iter().copied().find(|share| {
            (0..rows).all(|row| {
                let own = after.x.index_axis(Axis(0), row) == before.x.index_axis(Axis(0), row);
                own || candidates(row)
                    .iter()
                    .any(|other| (other - share).abs() < 1e-6)
            })
        });
        shares.push(share.expect("one share for the batch"));
    }
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
    assert!(
        shares
            .windows(2)
            .any(|pair| (pair[0] - pair[1]).abs() > 1e-3),
        "{shares:?}"
    );
}

/// The row of a batch with these inputs.
fn other_index(batch: &Dataset<f64>, x: &ndarray::ArrayD<f64>) -> usize {
    let mut rows = batch.x.axis_iter(Axis(0));
    rows.position(|row| row == *x).unwrap()
}

#[test]
fn mixup_makes_probabilities_of_classes() {
    let data = data::blobs::<f64>(60, 3, 0.5, 1);
    let mut model = Mlp::new(&[2, 8, 3]).seed(1);
    for (before, after) in watch(Mixup::new(1.0).classes(3), &data, &mut model, true) {
        assert_eq!(after.y.shape(), [before.rows(), 3]);
        for (row, class) in before.classes().into_iter().enumerate() {
            let q = after.y.index_axis(Axis(0), row);
            assert_relative_eq!(q.sum(), 1.0, max_relative = 1e-12);
            assert!(q.iter().filter(|&&q| q > 0.0).count() <= 2 && q.iter().all(|q| *q >= 0.0));
            assert!(q[[class]] >= 0.0);
        }
    }
}

/// Moved inputs raise the loss, stay within the bounds, and with a part of 1 for the rows themselves nothing changes.
#[test]
fn adversarial_rows_are_within_their_box_and_cost_more() {
    let (train, _) = moons();
    let mut start = network();
    Trainer::new(Sgd::new(0.5), loss::BinaryCrossEntropy::new())
        .epochs(30)
        .fit(&mut start, &train)
        .unwrap();
    let loss = |model: &Mlp<f64>, data: &Dataset<f64>| {
        Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new())
            .evaluate(model, data)
            .loss
    };
    for (attack, epsilon) in [
        (Adversarial::fgsm(0.1), 0.1),
        (Adversarial::pgd(0.2, 0.05, 8), 0.2),
        (Adversarial::pgd(0.2, 0.05, 8).within(-1.0, 1.5), 0.2),
    ] {
        let mut model = start.clone();
        let pairs = watch(attack, &train, &mut model, false);
        let (before, after) = &pairs[0]; // of the model as it starts
        let rows = before.rows();
        assert_eq!(after.rows(), 2 * rows);
        let (clean, moved) = after.split_at(rows);
        assert_eq!(
            (&clean.x, &clean.y, &moved.y),
            (&before.x, &before.y, &before.y)
        );
        assert!(
            after
                .weights
                .as_ref()
                .unwrap()
                .iter()
                .all(|weight| *weight == 1.0)
        );
        let distance = clean
            .x
            .iter()
            .zip(&moved.x)
            .map(|(x, m)| (x - m).abs())
            .fold(0.0, f64::max);
        let is_clipped =
            attack != Adversarial::pgd(0.2, 0.05, 8) && attack != Adversarial::fgsm(0.1);
        if !is_clipped {
            assert!(
                distance <= epsilon + 1e-12 && distance > 0.9 * epsilon,
                "{distance}"
            );
        } else {
            assert!(moved.x.iter().all(|x| (-1.0..=1.5).contains(x)));
        }
        let unweighted = |data: &Dataset<f64>| Dataset::new(&data.x, &data.y);
        let (of_clean, of_moved) = (
            loss(&start, &unweighted(&clean)),
            loss(&start, &unweighted(&moved)),
        );
        assert!(of_moved > 1.1 * of_clean, "{of_moved} {of_clean}");
    }
    let [mut plain, mut same] = [start.clone(), start.clone()];
    Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new())
        .epochs(2)
        .batch_size(20)
        .fit(&mut plain, &train)
        .unwrap();
    watch(Adversarial::fgsm(0.1).clean(1.0), &train, &mut same, false);
    assert_eq!(bits(&plain), bits(&same));
}

/// A linear model's worst move is known: each input by ε against the sign of its weight, for a target of 1.
#[test]
fn the_fast_gradient_sign_of_a_linear_model() {
    let (train, _) = moons();
    let mut model = Mlp::<f64>::new(&[2, 1]).seed(4);
    let weight = model.layers[0].weight.value.clone();
    let pairs = watch(
        Adversarial::fgsm(0.25).clean(0.0),
        &train,
        &mut model,
        false,
    );
    let (before, after) = &pairs[0];
    assert!(after.weights.is_none());
    for row in 0..before.rows() {
        for input in 0..2 {
            let against = if before.y[[row, 0]] == 1.0 { -1.0 } else { 1.0 };
            let expected = before.x[[row, input]] + against * 0.25 * weight[[input, 0]].signum();
            assert_relative_eq!(after.x[[row, input]], expected, max_relative = 1e-12);
        }
    }
}
