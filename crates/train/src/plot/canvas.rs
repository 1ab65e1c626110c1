//! What pictures are drawn on: a backend of plotters, with places in pixels that need not be whole.

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

use super::color::Color;
use super::text;

/// A place, in pixels to the right and down.
pub(super) type Place = [f64; 2];

/// A backend that is finer than the picture.
pub(super) struct Canvas<B> {
    backend: B,
    /// How many units of the backend are a pixel of the picture.
    fineness: f64,
    /// Whether the backend joins the lines of a path itself. Those of plotters' bitmaps have holes where a
    /// path crosses itself.
    joins_lines: bool,
}

struct Stroke {
    color: BackendColor,
    width: u32,
}

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

fn solid(Color(red, green, blue): Color) -> BackendColor {
    BackendColor {
        alpha: 1.0,
        rgb: (red, green, blue),
    }
}

/// Drawing in memory does not fail.
fn drawn<E: std::error::Error + Send + Sync>(result: Result<(), DrawingErrorKind<E>>) {
    debug_assert!(result.is_ok(), "{result:?}");
}

impl<B: DrawingBackend> Canvas<B> {
    pub(super) fn new(backend: B, fineness: u32, joins_lines: bool) -> Self {
        Self {
            backend,
            fineness: f64::from(fineness),
            joins_lines,
        }
    }

    fn fine(&self, place: Place) -> BackendCoord {
        let [x, y] = place.map(|x| (x * self.fineness).round() as i32);
        (x, y)
    }

    fn stroke(&self, color: Color, width: f64) -> Stroke {
        Stroke {
            color: solid(color),
            width: (width * self.fineness).round().max(1.0) as u32,
        }
    }

    /// A filled rectangle.
    pub(super) fn rectangle(&mut self, from: Place, to: Place, color: Color) {
        let style = self.stroke(color, 1.0);
        let (from, to) = (self.fine(from), self.fine(to));
        if from.0 < to.0 && from.1 < to.1 {
            drawn(self.backend.draw_rect(from, to, &style, true));
        }
    }

    /// A filled polygon.
    pub(super) fn polygon(&mut self, corners: &[Place], color: Color) {
        let style = self.stroke(color, 1.0);
        let corners: Vec<BackendCoord> = corners.iter().map(|corner| self.fine(*corner)).collect();
        drawn(self.backend.fill_polygon(corners, &style));
    }

    /// A filled circle.
    pub(super) fn disc(&mut self, centre: Place, radius: f64, color: Color) {
        let style = self.stroke(color, 1.0);
        let radius = (radius * self.fineness).round().max(1.0) as u32;
        drawn(
            self.backend
                .draw_circle(self.fine(centre), radius, &style, true),
        );
    }

    /// Lines from place to place.
    pub(super) fn path(&mut self, places: &[Place], width: f64, color: Color) {
        let style = self.stroke(color, width);
        let mut path: Vec<BackendCoord> = places.iter().map(|place| self.fine(*place)).collect();
        path.dedup();
        if path.len() < 2 {
            return;
        }
        if self.joins_lines {
            drawn(self.backend.draw_path(path, &style));
            return;
        }
        let half = style.width as f64 / 2.0;
        for ends in path.windows(2) {
            self.line(ends[0], ends[1], half, &style);
        }
        if style.width > 2 {
            for joint in &path[1..path.len() - 1] {
                let radius = (half - 0.5).round() as u32;
                drawn(self.backend.draw_circle(*joint, radius, &style, true));
            }
        }
    }

    /// A line of a bitmap as a rectangle.
    fn line(&mut self, from: BackendCoord, to: BackendCoord, half: f64, style: &Stroke) {
        let [along, down] = [to.0 - from.0, to.1 - from.1].map(f64::from);
        let length = along.hypot(down);
        let (across, beside) = (-down / length * half, along / length * half);
        let corner = |(x, y): BackendCoord, side: f64| {
            let (x, y) = (f64::from(x) + side * across, f64::from(y) + side * beside);
            (x.round() as i32, y.round() as i32)
        };
        let corners = [
            corner(from, 1.0),
            corner(to, 1.0),
            corner(to, -1.0),
            corner(from, -1.0),
        ];
        drawn(self.backend.fill_polygon(corners, style));
    }

    /// The same in dashes.
    pub(super) fn dashes(&mut self, places: &[Place], width: f64, color: Color) {
        const DASH: f64 = 6.0;
        const GAP: f64 = 4.0;
        let Some(&first) = places.first() else {
            return;
        };
        let (mut dash, mut is_dash, mut left) = (vec![first], true, DASH);
        for ends in places.windows(2) {
            let [from, to] = [ends[0], ends[1]];
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            let mut gone = 0.0;
            while length - gone > left {
                gone += left;
                let share = gone / length;
                let turn = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]));
                dash.push(turn);
                if is_dash {
                    self.path(&dash, width, color);
                }
                is_dash = !is_dash;
                left = if is_dash { DASH } else { GAP };
                dash = vec![turn];
            }
            left -= length - gone;
            dash.push(to);
        }
        if is_dash {
            self.path(&dash, width, color);
        }
    }

    /// A line of text that stands on `place`.
    pub(super) fn text(&mut self, text: &str, place: Place, size: f64, anchor: HPos, color: Color) {
        let above = [place[0], place[1] - text::BASELINE * size];
        self.write(text, above, size, anchor, false, color);
    }

    /// A line of text that runs upwards, in the middle at `place`, to the left of it.
    pub(super) fn upright_text(&mut self, text: &str, place: Place, size: f64, color: Color) {
        let before = [place[0] - text::BASELINE * size, place[1]];
        self.write(text, before, size, HPos::Center, true, color);
    }

    fn write(
        &mut self,
        text: &str,
        corner: Place,
        size: f64,
        anchor: HPos,
        is_upright: bool,
        color: Color,
    ) {
        let style = text::Style {
            size: size * self.fineness,
            color: solid(color),
            anchor,
            is_upright,
        };
        drawn(self.backend.draw_text(text, &style, self.fine(corner)));
    }

    /// Ends the picture.
    pub(super) fn present(&mut self) {
        drawn(self.backend.present());
    }
}
