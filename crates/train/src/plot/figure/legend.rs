//! What the curves and points of a panel are called, in lines above it.

use plotters_backend::DrawingBackend;
use plotters_backend::text_anchor::HPos;

use crate::plot::canvas::{Canvas, Place};
use crate::plot::color::INK;
use crate::plot::series::{Marker, Series, Shape};
use crate::plot::text;

const SIZE: f64 = 12.0;
/// How high a line is.
pub(super) const LINE: f64 = 19.0;
/// From the beginning of a sample to that of its name.
const SAMPLE: f64 = 27.0;
const GAP: f64 = 16.0;

/// The names and where each stands, from the upper left corner.
pub(super) struct Legend<'s> {
    entries: Vec<(&'s Series, String, Place)>,
    pub height: f64,
}

impl<'s> Legend<'s> {
    pub(super) fn new(series: &'s [Series], room: f64) -> Self {
        let mut entries: Vec<(&Series, String, Place)> = Vec::new();
        let (mut x, mut line) = (0.0, 0.0);
        for series in series.iter().filter(|series| !series.label.is_empty()) {
            let label = text::fitted(&text::plain(&series.label), SIZE, room - SAMPLE);
            let width = SAMPLE + text::width(&label, SIZE);
            if x > 0.0 && x + width > room {
                (x, line) = (0.0, line + 1.0);
            }
            entries.push((series, label, [x, line * LINE]));
            x += width + GAP;
        }
        let height = match entries.is_empty() {
            true => 0.0,
            false => (line + 1.0) * LINE,
        };
        Self { entries, height }
    }

    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, corner: Place) {
        for (series, label, place) in &self.entries {
            let [x, y] = [corner[0] + place[0], corner[1] + place[1] + LINE / 2.0];
            sample(canvas, series, [x, y]);
            canvas.text(label, [x + SAMPLE, y + 4.5], SIZE, HPos::Left, INK);
        }
    }
}

/// A piece of a curve, or a marker.
fn sample<B: DrawingBackend>(canvas: &mut Canvas<B>, series: &Series, [x, y]: Place) {
    let ends = [[x, y], [x + 22.0, y]];
    match &series.shape {
        Shape::Line {
            is_dashed: true, ..
        } => canvas.dashes(&ends, 2.0, series.color),
        Shape::Line { .. } | Shape::Segments(_) => canvas.path(&ends, 2.0, series.color),
        Shape::Dots { marker, .. } => draw_marker(canvas, *marker, [x + 11.0, y], 4.5, series),
        Shape::Cells(_) | Shape::Labels(_) => {
            canvas.rectangle([x + 4.0, y - 5.0], [x + 18.0, y + 5.0], series.color);
        }
    }
}

pub(super) fn draw_marker<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    marker: Marker,
    [x, y]: Place,
    radius: f64,
    series: &Series,
) {
    let color = series.color;
    let corners = |offsets: &[[f64; 2]]| -> Vec<Place> {
        let corner = |[right, down]: &[f64; 2]| [x + right * radius, y + down * radius];
        offsets.iter().map(corner).collect()
    };
    match marker {
        Marker::Disc => canvas.disc([x, y], radius, color),
        Marker::Square => {
            canvas.polygon(
                &corners(&[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
                color,
            );
        }
        Marker::Triangle => {
            canvas.polygon(&corners(&[[0.0, -1.2], [1.1, 0.9], [-1.1, 0.9]]), color);
        }
        Marker::Diamond => {
            canvas.polygon(
                &corners(&[[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]]),
                color,
            );
        }
        Marker::Cross => {
            canvas.path(&corners(&[[-1.0, -1.0], [1.0, 1.0]]), 1.6, color);
            canvas.path(&corners(&[[-1.0, 1.0], [1.0, -1.0]]), 1.6, color);
        }
    }
}
