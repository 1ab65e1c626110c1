use ndarray::{Array2, Axis};
use tapegrad_autodiff::{ArcArrayD, Element};

use crate::data::Dataset;
use crate::error;

/// The plane as a classifier sees it, in characters: `.` where its logit is positive, blank where
/// it is not, `?` where it is NaN; on top the points of the data, `o` for targets 0 and `x` for 1,
/// in capitals where the classifier is wrong.
///
/// `logits` gets points `[n, 2]` and gives `[n, 1]`. The picture has `height` lines of `width`
/// characters and shows all points with a margin.
///
/// ```
/// use tapegrad_nn::{Mlp, Module};
/// use tapegrad_train::{data, plot};
///
/// let data = data::moons::<f32>(50, 0.1, 1);
/// let model = Mlp::new(&[2, 8, 1]);
/// let picture = plot::boundary(&data, 40, 12, |x| model.predict(x));
/// assert_eq!(picture.lines().count(), 12);
/// ```
///
/// # Panics
/// If the inputs are not points of a plane, the targets not one for each, the logits not one for each point, or the picture has
/// less than two characters in a direction.
#[track_caller]
pub fn boundary<T: Element>(
    data: &Dataset<T>,
    width: usize,
    height: usize,
    logits: impl Fn(&ArcArrayD<T>) -> ArcArrayD<T>,
) -> String {
    if data.features() != 2 || data.rows() == 0 {
        error::plane("plot::boundary", data.x.shape());
    }
    if data.y.shape()[1] != 1 {
        error::outputs("plot::boundary", data.y.shape()[1]);
    }
    if width < 2 || height < 2 {
        error::picture(width, height);
    }
    let across = Range::of(data, 0, width);
    let down = Range::of(data, 1, height);
    let places = |(row, column): (usize, usize)| [across.at(column), down.at(height - 1 - row)];
    let plane = Array2::from_shape_fn([width * height, 2], |(place, axis)| {
        T::of(places((place / width, place % width))[axis])
    });
    let seen = |z: &T| match z.wide() {
        z if z.is_nan() => '?',
        z if z > 0.0 => '.',
        _ => ' ',
    };
    let plane = plane.into_dyn().into_shared();
    let of_plane = one_for_each(&plane, logits(&plane));
    let of_points = one_for_each(&data.x, logits(&data.x));
    let mut picture: Vec<char> = of_plane.iter().map(seen).collect();
    let points = data.x.axis_iter(Axis(0)).zip(&data.y);
    for ((point, target), z) in points.zip(&of_points) {
        let row = height - 1 - down.place(point[1].wide());
        picture[row * width + across.place(point[0].wide())] = match (*target > T::of(0.5), seen(z))
        {
            (true, '.') => 'x',
            (true, _) => 'X',
            (false, ' ') => 'o',
            (false, _) => 'O',
        };
    }
    picture
        .chunks(width)
        .map(|line| line.iter().collect::<String>() + "\n")
        .collect()
}

/// The logits, if there is one for each point.
#[track_caller]
fn one_for_each<T: Element>(points: &ArcArrayD<T>, logits: ArcArrayD<T>) -> ArcArrayD<T> {
    let points = points.shape()[0];
    if logits.shape() != [points, 1] {
        error::boundary_logits(points, logits.shape());
    }
    logits
}

/// A coordinate, and the characters that it is drawn with.
struct Range {
    from: f64,
    to: f64,
    count: usize,
}

impl Range {
    /// What all points cover in one coordinate, and a twentieth more on each side.
    fn of<T: Element>(data: &Dataset<T>, coordinate: usize, count: usize) -> Self {
        let column = || {
            data.x
                .index_axis(Axis(1), coordinate)
                .into_iter()
                .map(|x| x.wide())
        };
        let (from, to) = (
            column().fold(f64::INFINITY, f64::min),
            column().fold(f64::NEG_INFINITY, f64::max),
        );
        let margin = if to > from { 0.05 * (to - from) } else { 1.0 };
        Self {
            from: from - margin,
            to: to + margin,
            count,
        }
    }

    fn at(&self, place: usize) -> f64 {
        self.from + (self.to - self.from) * place as f64 / (self.count - 1) as f64
    }

    fn place(&self, x: f64) -> usize {
        ((x - self.from) / (self.to - self.from) * (self.count - 1) as f64).round() as usize
    }
}
