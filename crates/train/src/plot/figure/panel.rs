//! A pair of axes and what stands between them.

use crate::plot::Scale;
use crate::plot::axis::{Axis, LARGEST, Range};
use crate::plot::color::Color;
use crate::plot::series::{Point, Series};

#[derive(Clone, Debug)]
pub(in crate::plot) struct Panel {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// Drawn in this order.
    pub series: Vec<Series>,
    /// Sentences below it.
    pub notes: Vec<String>,
    /// What its colours mean, at the right.
    pub color_bar: Option<ColorBar>,
    /// Whether it is as wide as high.
    pub is_square: bool,
}

/// Colours for numbers in `[0, 1]`.
#[derive(Clone, Copy, Debug)]
pub(in crate::plot) struct ColorBar {
    pub name: &'static str,
    pub color: fn(f64) -> Color,
}

impl Panel {
    pub(in crate::plot) fn new(x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self {
            title: String::new(),
            x,
            y,
            series,
            notes: Vec::new(),
            color_bar: None,
            is_square: false,
        }
    }

    pub(in crate::plot) fn titled(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    pub(in crate::plot) fn square(self) -> Self {
        Self {
            is_square: true,
            ..self
        }
    }

    pub(in crate::plot) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The ranges of the two axes.
    pub(super) fn ranges(&self) -> [Range; 2] {
        let is_finite = |(x, y): &Point| x.abs() <= LARGEST && y.abs() <= LARGEST;
        let points = self.series.iter().flat_map(Series::points);
        let points: Vec<Point> = points.filter(is_finite).collect();
        [
            self.x.range(points.iter().map(|point| point.0)),
            self.y.range(points.iter().map(|point| point.1)),
        ]
    }

    /// Whether anything can be shown.
    pub(super) fn is_empty(&self, [x, y]: &[Range; 2]) -> bool {
        let mut points = self.series.iter().flat_map(Series::points);
        !points.any(|point| x.share(point.0).is_some() && y.share(point.1).is_some())
    }

    /// The sentences below it, those of what is not shown among them.
    pub(super) fn sentences(&self, [x, y]: &[Range; 2]) -> Vec<String> {
        let left_out = self
            .series
            .iter()
            .filter_map(|series| series.left_out(x, y));
        self.notes.iter().cloned().chain(left_out).collect()
    }
}

impl Axis {
    /// Another scale, unless names or whole numbers stand on it.
    pub(super) fn rescale(&mut self, scale: Scale) {
        if self.names.is_none() && !self.is_whole {
            self.scale = scale;
        }
    }
}
