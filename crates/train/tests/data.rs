//! Data sets: what a seed fixes, what splitting and scaling keep.

use std::collections::BTreeSet;

use approx::assert_relative_eq;
use ndarray::{Array2, Axis, array};
use tapegrad_train::data::{self, Dataset, Standardizer, Transform};
use tapegrad_train::{metric, plot};

/// Rows that tell their own number in both inputs and targets.
fn numbered(rows: usize) -> Dataset<f64> {
    let column = |scale: f64| Array2::from_shape_fn([rows, 1], |(row, _)| scale * row as f64);
    Dataset::new(column(1.0), column(10.0))
}

fn row_numbers(data: &Dataset<f64>) -> Vec<usize> {
    data.x
        .iter()
        .zip(&data.y)
        .for_each(|(x, y)| assert_eq!(10.0 * x, *y, "inputs and targets stay together"));
    data.x.iter().map(|x| *x as usize).collect()
}

#[test]
fn splits_share_out_every_row() {
    let data = numbered(10);
    let (first, rest) = data.split(0.3, 4);
    assert_eq!((first.rows(), rest.rows()), (3, 7));
    let all: BTreeSet<_> = row_numbers(&first)
        .into_iter()
        .chain(row_numbers(&rest))
        .collect();
    assert_eq!(all, (0..10).collect());
    assert_eq!(data.split(0.3, 4).0, first);
    assert_ne!(data.split(0.3, 5).0, first);
    let (head, tail) = data.split_at(4);
    assert_eq!(
        (row_numbers(&head), row_numbers(&tail)),
        (vec![0, 1, 2, 3], vec![4, 5, 6, 7, 8, 9])
    );
    assert_eq!(
        (data.split(0.0, 1).0.rows(), data.split(1.0, 1).1.rows()),
        (0, 0)
    );
}

#[test]
fn batches_share_out_every_row_in_an_order_of_seed_and_epoch() {
    let data = numbered(11);
    let epoch = |seed, epoch| {
        data.batches(4, seed, epoch)
            .flat_map(|batch| row_numbers(&batch))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        data.batches(4, 1, 0)
            .map(|batch| batch.rows())
            .collect::<Vec<_>>(),
        [4, 4, 3]
    );
    assert_eq!(data.batches(4, 1, 0).len(), 3);
    assert_eq!(
        epoch(1, 0).into_iter().collect::<BTreeSet<_>>(),
        (0..11).collect()
    );
    assert_eq!(epoch(1, 3), epoch(1, 3));
    assert_ne!(epoch(1, 0), epoch(1, 1));
    assert_ne!(epoch(1, 0), epoch(2, 0));
    assert_eq!(numbered(0).batches(4, 1, 0).len(), 0);
}

#[test]
fn standardizer_is_fitted_once_and_undone() {
    let x = array![[1.0, 7.0, -2.0], [2.0, 7.0, 0.0], [6.0, 7.0, 8.0]]
        .into_dyn()
        .into_shared();
    let standardizer = Standardizer::<f64>::fit(&x);
    let scaled = standardizer.transform(&x);
    for column in [0, 2] {
        let column = scaled.index_axis(Axis(1), column);
        assert_relative_eq!(column.mean().unwrap(), 0.0, epsilon = 1e-15);
        assert_relative_eq!(column.std(0.0), 1.0, max_relative = 1e-14);
    }
    assert!(
        scaled.index_axis(Axis(1), 1).iter().all(|x| *x == 0.0),
        "a constant column is only centred"
    );
    for (a, b) in standardizer.inverse(&scaled).iter().zip(&x) {
        assert_relative_eq!(*a, *b, max_relative = 1e-14);
    }
    // Other rows are scaled by what was fitted.
    let other = standardizer.transform(array![[3.0, 8.0, 2.0]]);
    assert_relative_eq!(other[[0, 0]], 0.0, epsilon = 1e-15);
    assert_eq!(other[[0, 1]], 1.0);
    // A deviation too small to be a number is none.
    let tiny = array![[1e-200], [2e-200]];
    assert!(
        Standardizer::<f64>::fit(&tiny)
            .transform(&tiny)
            .iter()
            .all(|x| x.is_finite())
    );
    // Far from the origin, in single precision.
    let far = array![[1e6_f32 + 1.0], [1e6 + 3.0]]
        .into_dyn()
        .into_shared();
    assert_eq!(
        Standardizer::fit(&far).transform(&far),
        array![[-1.0], [1.0]].into_dyn()
    );
}

type Generator = fn(usize, f64, u64) -> Dataset<f64>;

/// Every generator: the shape asked for, classes in turn, the seed and nothing else.
#[test]
fn generators_are_fixed_by_their_seed() {
    let generators: [(&str, usize, Generator); 4] = [
        ("moons", 2, |rows, noise, seed| {
            data::moons(rows, noise, seed)
        }),
        ("circles", 2, |rows, noise, seed| {
            data::circles(rows, noise, seed)
        }),
        ("spirals", 3, |rows, noise, seed| {
            data::spirals(rows, 3, noise, seed)
        }),
        ("blobs", 4, |rows, noise, seed| {
            data::blobs(rows, 4, noise, seed)
        }),
    ];
    for (name, classes, generate) in generators {
        let data = generate(121, 0.1, 7);
        assert_eq!(
            (data.x.shape(), data.y.shape()),
            (&[121, 2][..], &[121, 1][..]),
            "{name}"
        );
        assert_eq!(data, generate(121, 0.1, 7), "{name}");
        assert_ne!(data, generate(121, 0.1, 8), "{name}");
        for class in 0..classes {
            let count = data.classes().iter().filter(|&&c| c == class).count();
            assert!(
                count.abs_diff(121 / classes) <= 1,
                "{name}: {count} rows of class {class}"
            );
        }
        assert!(
            data.classes()[..40]
                .windows(2)
                .any(|pair| pair[0] != pair[1]),
            "{name} is shuffled"
        );
        for rows in [0, 1, 2] {
            assert_eq!(generate(rows, 0.1, 7).rows(), rows, "{name}");
            assert!(
                generate(rows, 0.1, 7).x.iter().all(|x| x.is_finite()),
                "{name}"
            );
        }
    }
}

#[test]
fn generators_without_noise_lie_on_their_curves() {
    let each = |data: Dataset<f64>, check: &dyn Fn([f64; 2], usize)| {
        for (point, class) in data.x.axis_iter(Axis(0)).zip(data.classes()) {
            check([point[0], point[1]], class);
        }
    };
    let close = |a: f64, b: f64| assert_relative_eq!(a, b, epsilon = 1e-12);
    each(data::moons(50, 0.0, 1), &|[x, y], class| match class {
        0 => close(x.hypot(y), 1.0),
        _ => close((x - 1.0).hypot(y - 0.5), 1.0),
    });
    each(data::circles(50, 0.0, 1), &|[x, y], class| {
        close(x.hypot(y), [1.0, 0.5][class])
    });
    each(data::spirals(50, 2, 0.0, 1), &|[x, y], _| {
        assert!((0.1 - 1e-12..=1.0 + 1e-12).contains(&x.hypot(y)))
    });
    let blobs = data::blobs::<f64>(30, 3, 0.0, 1);
    let centres: BTreeSet<_> = blobs
        .x
        .axis_iter(Axis(0))
        .map(|point| format!("{point}"))
        .collect();
    assert_eq!(centres.len(), 3);
}

#[test]
fn regressions_have_the_weights_that_they_tell() {
    let (data, weights) = data::sparse_linear_regression::<f64>(200, 10, 3, 0.0, 5);
    assert_eq!(weights.iter().filter(|w| **w != 0.0).count(), 3);
    assert!(
        weights
            .iter()
            .all(|w| *w == 0.0 || (1.0..3.0).contains(&w.abs()))
    );
    for (row, y) in data.x.axis_iter(Axis(0)).zip(&data.y) {
        assert_relative_eq!(
            row.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>(),
            *y,
            epsilon = 1e-12
        );
    }
    let (noisy, weights) = data::linear_regression::<f64>(5000, 2, 0.5, 5);
    let residual = |(row, y): (ndarray::ArrayViewD<'_, f64>, &f64)| {
        y - row[0] * weights[0] - row[1] * weights[1]
    };
    let residuals: ndarray::Array1<f64> = noisy
        .x
        .axis_iter(Axis(0))
        .zip(&noisy.y)
        .map(residual)
        .collect();
    assert!((residuals.std(0.0) - 0.5).abs() < 0.02);
}

#[test]
fn regressions_of_several_outputs_have_the_weights_that_they_tell() {
    let (data, weights) = data::multi_output_regression::<f64>(50, 4, 3, 0.0, 5);
    assert_eq!((data.y.shape(), weights.dim()), (&[50, 3][..], (4, 3)));
    for (row, y) in data.x.rows().into_iter().zip(data.y.rows()) {
        for (w, y) in weights.columns().into_iter().zip(y) {
            let sum: f64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
            assert_relative_eq!(sum, *y, epsilon = 1e-12);
        }
    }
    assert!(weights.iter().all(|w| (1.0..3.0).contains(&w.abs())));
    let noisy = |seed| data::friedman1::<f64>(2000, 6, 0.5, seed);
    assert_eq!(noisy(1), noisy(1));
    assert_ne!(noisy(1), noisy(2));
    assert!(noisy(1).x.iter().all(|x| (0.0..1.0).contains(x)));
}

#[test]
fn classifications_have_the_columns_that_they_tell() {
    let kinds = data::Classification::new(3, 2, 4).classes(3).clusters(2);
    let data = kinds.separation(50.0).generate::<f64>(301, 7);
    assert_eq!((data.rows(), data.features()), (301, 9));
    assert_eq!(data, kinds.separation(50.0).generate(301, 7));
    assert_ne!(data, kinds.separation(50.0).generate(301, 8));
    let corner = |row: usize| [0, 1, 2].map(|column| data.x[[row, column]] > 0.0);
    let classes = data.classes();
    // Far apart, a corner tells the class, and each class has two.
    let mut corners = BTreeSet::new();
    for (row, &class) in classes.iter().enumerate() {
        assert!((0..3).all(|column| (data.x[[row, column]].abs() - 50.0).abs() < 20.0));
        corners.insert((corner(row), class));
    }
    assert_eq!(corners.len(), 6);
    assert_eq!(
        corners
            .iter()
            .map(|(corner, _)| corner)
            .collect::<BTreeSet<_>>()
            .len(),
        6
    );
    for class in 0..3 {
        assert!(
            classes
                .iter()
                .filter(|other| **other == class)
                .count()
                .abs_diff(100)
                <= 1
        );
    }
    // Redundant columns add nothing to the rank, noise does.
    let variances = data::Pca::fit(9, &data.x).explained_variance;
    assert!(variances[6] > 0.5 && variances[7] < 1e-9, "{variances:?}");
    // Half by chance, of which a third is right.
    let flipped = kinds.separation(50.0).flipped(0.5).generate::<f64>(3000, 7);
    let right = data::Classification::new(3, 2, 4)
        .classes(3)
        .clusters(2)
        .separation(50.0);
    let right = right.generate::<f64>(3000, 7).classes();
    let same = right
        .iter()
        .zip(flipped.classes())
        .filter(|(a, b)| *a == b)
        .count();
    assert!(
        (same as f64 / 3000.0 - (0.5 + 0.5 / 3.0)).abs() < 0.04,
        "{same}"
    );
    assert_eq!(kinds.generate::<f64>(0, 1).rows(), 0);
    assert_eq!(
        data::Classification::new(70, 0, 0)
            .generate::<f32>(2, 1)
            .features(),
        70
    );
}

#[test]
fn accuracies() {
    let shared = |x: Array2<f64>| x.into_dyn().into_shared();
    let logits = shared(array![
        [0.2, 0.7, 0.1],
        [0.5, 0.5, 0.0],
        [f64::NAN, 0.0, 0.0]
    ]);
    assert_eq!(metric::accuracy(&logits, &[1, 0, 0]), 2.0 / 3.0);
    assert_eq!(metric::accuracy(&logits, &[1, 1, 1]), 1.0 / 3.0);
    let logits = array![[0.0], [1e-9], [f64::NAN], [f64::NAN]];
    assert_eq!(
        metric::binary_accuracy(&logits, array![[0.0], [1.0], [1.0], [0.0]]),
        0.5
    );
}

#[test]
fn boundary_shows_the_plane_and_the_points() {
    let data = Dataset::<f64>::new(
        array![[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        array![[0.0], [1.0], [1.0]],
    );
    let picture = plot::boundary(&data, 9, 5, |x| x.select(Axis(1), &[0]).into_shared());
    let lines: Vec<_> = picture.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|line| line.len() == 9));
    assert_eq!(
        (&lines[0][..1], &lines[0][8..], &lines[4][..1]),
        ("X", "x", "o"),
        "\n{picture}"
    );
    assert_eq!(&lines[2][5..], "....", "\n{picture}");
    assert_eq!(lines[2][..5].trim(), "", "\n{picture}");
}
