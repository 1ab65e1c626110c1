use ndarray::{Array2, Axis};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;
use tapegrad_autodiff::Element;
use tapegrad_nn::random::{self, Stream};

use super::Dataset;
use crate::error;

/// Classes that only some of the columns tell apart, in the manner of scikit-learn's `make_classification`.
///
/// The informative columns are normal clouds, each stretched and turned by a matrix of numbers uniform in
/// `[−1, 1)`, around different corners of a cube with sides of twice the separation. The redundant columns are
/// combinations of these with such numbers; the others are standard normal noise. They stand in this order.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`classes`](Classification::classes) | 2 | rows go to them in turn |
/// | [`clusters`](Classification::clusters) | 1 | clouds of a class (scikit-learn: 2) |
/// | [`separation`](Classification::separation) | 1 | half a side of the cube |
/// | [`flipped`](Classification::flipped) | 0 | the share of rows with a class by chance (scikit-learn: 0.01) |
///
/// The rows are shuffled. The numbers are not those of scikit-learn.
///
/// ```
/// use tapegrad_train::data::Classification;
///
/// let data = Classification::new(3, 2, 15).classes(4).generate::<f32>(100, 1);
/// assert_eq!((data.rows(), data.features()), (100, 20));
/// assert_eq!(data.classes().iter().filter(|class| **class == 3).count(), 25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classification {
    informative: usize,
    redundant: usize,
    noise: usize,
    classes: usize,
    clusters: usize,
    separation: f64,
    flipped: f64,
}

impl Classification {
    /// With so many columns of each kind.
    ///
    /// # Panics
    /// If none is informative.
    #[track_caller]
    pub fn new(informative: usize, redundant: usize, noise: usize) -> Self {
        if informative == 0 {
            error::none("Classification::new", "informative columns");
        }
        Self {
            informative,
            redundant,
            noise,
            classes: 2,
            clusters: 1,
            separation: 1.0,
            flipped: 0.0,
        }
    }

    /// So many classes.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn classes(mut self, classes: usize) -> Self {
        if classes == 0 {
            error::none("Classification::classes", "classes");
        }
        self.classes = classes;
        self
    }

    /// So many clouds for each class.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn clusters(mut self, clusters: usize) -> Self {
        if clusters == 0 {
            error::none("Classification::clusters", "clusters");
        }
        self.clusters = clusters;
        self
    }

    /// Half a side of the cube, in `[0, ∞)`: the larger, the easier.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn separation(mut self, separation: f64) -> Self {
        if !(separation.is_finite() && separation >= 0.0) {
            error::spread("Classification::separation", "separation", separation);
        }
        self.separation = separation;
        self
    }

    /// The share of rows whose class is by chance, perhaps the right one.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn flipped(mut self, share: f64) -> Self {
        if !(0.0..=1.0).contains(&share) {
            error::fraction("Classification::flipped", share);
        }
        self.flipped = share;
        self
    }

    /// So many rows, fixed by the seed.
    ///
    /// # Panics
    /// If there are more clouds than corners, `2^informative`.
    #[track_caller]
    pub fn generate<T: Element>(&self, rows: usize, seed: u64) -> Dataset<T> {
        let clouds = self.classes.saturating_mul(self.clusters);
        let bits = u32::try_from(self.informative).unwrap_or(u32::MAX);
        if 1_usize
            .checked_shl(bits)
            .is_some_and(|corners| clouds > corners)
        {
            error::corners(self.classes, self.clusters, self.informative);
        }
        let stream = &mut random::stream(seed);
        let corners = self.corners(clouds, stream);
        let informative = self.informative;
        let mut x = Array2::zeros([rows, informative]);
        for (cloud, corner) in corners.rows().into_iter().enumerate() {
            let turned = uniform(informative, informative, stream);
            let of_cloud = (rows + clouds - 1 - cloud) / clouds;
            let points = normal(of_cloud, informative, stream).dot(&turned) + corner;
            for (index, point) in points.rows().into_iter().enumerate() {
                x.row_mut(cloud + index * clouds).assign(&point);
            }
        }
        let redundant = x.dot(&uniform(informative, self.redundant, stream));
        let noise = normal(rows, self.noise, stream);
        let classes = Array2::from_shape_fn([rows, 1], |(row, _)| match stream.random::<f64>() {
            flip if flip < self.flipped => stream.random_range(0..self.classes),
            _ => row % self.classes,
        });
        let x = ndarray::concatenate![Axis(1), x, redundant, noise];
        Dataset::new(x.mapv(T::of), classes.mapv(|class| T::of(class as f64)))
            .shuffled(random::derive(seed, 0))
    }

    /// A different corner for each cloud, by chance.
    fn corners(&self, clouds: usize, stream: &mut Stream) -> Array2<f64> {
        // Counting tells corners apart in the first coordinates; which these are, and the signs, is by chance.
        let mut coordinates: Vec<_> = (0..self.informative).collect();
        coordinates.shuffle(stream);
        let signs: Vec<bool> = (0..self.informative).map(|_| stream.random()).collect();
        Array2::from_shape_fn([clouds, self.informative], |(cloud, coordinate)| {
            let bit = coordinates[coordinate] as u32;
            let up = cloud.checked_shr(bit).unwrap_or(0) & 1 == 1;
            if up == signs[coordinate] {
                self.separation
            } else {
                -self.separation
            }
        })
    }
}

fn uniform(rows: usize, columns: usize, stream: &mut Stream) -> Array2<f64> {
    Array2::from_shape_simple_fn([rows, columns], || 2.0 * stream.random::<f64>() - 1.0)
}

fn normal(rows: usize, columns: usize, stream: &mut Stream) -> Array2<f64> {
    Array2::from_shape_simple_fn([rows, columns], || stream.sample::<f64, _>(StandardNormal))
}
