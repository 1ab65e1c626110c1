//! What stands between the axes of a panel.

use plotters_backend::DrawingBackend;
use plotters_backend::text_anchor::HPos;

use super::layout::Frame;
use super::legend::draw_marker;
use crate::plot::axis::Range;
use crate::plot::canvas::{Canvas, Place};
use crate::plot::color::{Color, GRID, QUIET};
use crate::plot::series::{Marker, Point, Series, Shape};
use crate::plot::text;

const LABEL: f64 = 12.0;

pub(super) struct PlotArea<'r> {
    pub frame: Frame,
    pub ranges: &'r [Range; 2],
}

impl PlotArea<'_> {
    /// Where a point stands, if it can be shown.
    fn place(&self, (x, y): Point) -> Option<Place> {
        let (x, y) = (self.ranges[0].share(x)?, self.ranges[1].share(y)?);
        Some([
            self.frame.left + x * self.frame.width(),
            self.frame.bottom - y * self.frame.height(),
        ])
    }

    /// A line across for each mark of an axis.
    pub(super) fn grid<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        ticks: &[(f64, String)],
        is_across: bool,
    ) {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        for (tick, _) in ticks {
            let Some(share) = self.ranges[usize::from(is_across)].share(*tick) else {
                continue;
            };
            let ends = match is_across {
                true => {
                    let down = bottom - share * self.frame.height();
                    [[left, down], [right, down]]
                }
                false => {
                    let along = left + share * self.frame.width();
                    [[along, top], [along, bottom]]
                }
            };
            canvas.path(&ends, 1.0, GRID);
        }
    }

    pub(super) fn border<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, is_closed: bool) {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        let mut corners = vec![[left, top], [left, bottom], [right, bottom]];
        if is_closed {
            corners.extend([[right, top], [left, top]]);
        }
        canvas.path(&corners, 1.0, QUIET);
    }

    pub(super) fn series<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, series: &Series) {
        match &series.shape {
            Shape::Line { points, is_dashed } => {
                self.line(canvas, series, points, *is_dashed);
            }
            Shape::Segments(segments) => {
                for [from, to] in segments {
                    if let (Some(from), Some(to)) = (self.place(*from), self.place(*to)) {
                        canvas.path(&[from, to], 2.0, series.color);
                    }
                }
            }
            Shape::Dots {
                points,
                marker,
                radius,
            } => {
                for place in points.iter().filter_map(|point| self.place(*point)) {
                    draw_marker(canvas, *marker, place, *radius, series);
                }
            }
            Shape::Cells(cells) => cells
                .iter()
                .for_each(|(corners, color)| self.cell(canvas, *corners, *color)),
            Shape::Labels(labels) => {
                for (point, label, color) in labels {
                    if let Some([across, down]) = self.place(*point) {
                        let place = [across, down + 4.5];
                        canvas.text(&text::plain(label), place, LABEL, HPos::Center, *color);
                    }
                }
            }
        }
    }

    fn cell<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, corners: [Point; 2], color: Color) {
        if let [Some(a), Some(b)] = corners.map(|corner| self.place(corner)) {
            let upper = [a[0].min(b[0]), a[1].min(b[1])];
            let lower = [a[0].max(b[0]), a[1].max(b[1])];
            canvas.rectangle(upper, lower, color);
        }
    }

    /// A curve, with gaps where a point cannot be shown; a point that stands alone is a dot.
    fn line<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        series: &Series,
        points: &[Point],
        is_dashed: bool,
    ) {
        let places: Vec<Option<Place>> = points.iter().map(|point| self.place(*point)).collect();
        for piece in places.split(Option::is_none) {
            let piece: Vec<Place> = piece.iter().copied().flatten().collect();
            match piece[..] {
                [] => {}
                [place] => draw_marker(canvas, Marker::Disc, place, 3.0, series),
                _ if is_dashed => canvas.dashes(&thinned(piece, &self.frame), 2.0, series.color),
                _ => canvas.path(&thinned(piece, &self.frame), 2.0, series.color),
            }
        }
    }
}

/// Of many places in one column of pixels the first, the highest, the lowest and the last: it looks the same.
fn thinned(places: Vec<Place>, frame: &Frame) -> Vec<Place> {
    if (places.len() as f64) < 4.0 * frame.width() {
        return places;
    }
    let column = |place: &Place| place[0].floor();
    let columns = places.chunk_by(|a, b| column(a) == column(b));
    columns
        .flat_map(|column| {
            let by_height = |a: &&Place, b: &&Place| a[1].total_cmp(&b[1]);
            let (first, last) = (&column[0], &column[column.len() - 1]);
            let ends = (
                column.iter().min_by(by_height),
                column.iter().max_by(by_height),
            );
            [Some(first), ends.0, ends.1, Some(last)]
        })
        .flatten()
        .copied()
        .collect()
}
