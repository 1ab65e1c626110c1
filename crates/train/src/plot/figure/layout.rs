//! Where everything of a figure stands.

use plotters_backend::DrawingBackend;
use plotters_backend::text_anchor::HPos;

use super::legend::Legend;
use super::plot_area::PlotArea;
use super::{ColorBar, Figure, Panel};
use crate::plot::axis::Range;
use crate::plot::canvas::{Canvas, Place};
use crate::plot::color::{INK, QUIET, WHITE};
use crate::plot::text;

const MARGIN: f64 = 12.0;
const TITLE: f64 = 17.0;
const PANEL_TITLE: f64 = 13.5;
const AXIS_NAME: f64 = 12.5;
const TICK: f64 = 11.0;
const NOTE: f64 = 11.0;
/// How high a line of notes is.
const NOTE_LINE: f64 = 15.0;
/// Between panels.
const GAP: f64 = 14.0;
/// How wide a colour bar is with its marks and name.
const BAR: f64 = 74.0;
/// Names along an axis to the left take at most this part of a panel.
const NAMES: f64 = 0.3;
/// Less is not worth drawing.
const LEAST: f64 = 30.0;

/// A rectangle between two corners.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    fn middle(&self) -> Place {
        [
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        ]
    }
}

pub(super) fn draw<B: DrawingBackend>(figure: &Figure, canvas: &mut Canvas<B>) {
    let [width, height] = figure.sides().map(f64::from);
    canvas.rectangle([0.0, 0.0], [width, height], WHITE);
    let mut frame = Frame {
        left: MARGIN,
        top: MARGIN,
        right: width - MARGIN,
        bottom: height - MARGIN,
    };
    let title = text::fitted(&text::plain(&figure.title), TITLE, frame.width());
    if !title.is_empty() {
        frame.top += TITLE;
        let place = [width / 2.0, frame.top - 2.0];
        canvas.text(&title, place, TITLE, HPos::Center, INK);
        frame.top += GAP;
    }
    frame.bottom -= notes(canvas, &figure.notes, &frame);
    if figure.panels.is_empty() {
        nothing(canvas, &frame);
    }
    let rows = figure.panels.len().div_ceil(figure.columns) as f64;
    let columns = figure.columns as f64;
    let side = |all: f64, count: f64| (all - (count - 1.0) * GAP) / count;
    let [across, down] = [side(frame.width(), columns), side(frame.height(), rows)];
    // As wide for each, so that panels below each other begin at one place.
    let names = figure.panels.iter().map(|shown| {
        let ticks = y_ticks(shown, &shown.ranges()[1], down);
        let widths = ticks
            .iter()
            .map(|(_, name)| text::width(&text::plain(name), TICK));
        widths.fold(10.0, f64::max)
    });
    let names = names.fold(0.0, f64::max).min(NAMES * across);
    for (place, shown) in figure.panels.iter().enumerate() {
        let (row, column) = (place / figure.columns, place % figure.columns);
        let left = frame.left + column as f64 * (across + GAP);
        let top = frame.top + row as f64 * (down + GAP);
        let of_panel = Frame {
            left,
            top,
            right: left + across,
            bottom: top + down,
        };
        panel(canvas, shown, of_panel, names);
    }
}

fn nothing<B: DrawingBackend>(canvas: &mut Canvas<B>, frame: &Frame) {
    let middle = frame.middle();
    let sentence = text::fitted("no numbers to show", AXIS_NAME, frame.width());
    canvas.text(&sentence, middle, AXIS_NAME, HPos::Center, QUIET);
}

/// Writes sentences at the bottom of a frame and returns how high they are; at most a third of it.
fn notes<B: DrawingBackend>(canvas: &mut Canvas<B>, notes: &[String], frame: &Frame) -> f64 {
    let lines = notes.iter();
    let lines = lines.flat_map(|note| text::wrapped(&text::plain(note), NOTE, frame.width()));
    let mut lines: Vec<String> = lines.collect();
    let most = (frame.height() / 3.0 / NOTE_LINE) as usize;
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = text::fitted(&format!("{last} …"), NOTE, frame.width());
        }
    }
    let height = lines.len() as f64 * NOTE_LINE;
    for (line, text) in lines.iter().enumerate() {
        let down = frame.bottom - height + (line as f64 + 1.0) * NOTE_LINE - 3.0;
        canvas.text(text, [frame.left, down], NOTE, HPos::Left, QUIET);
    }
    height
}

fn panel<B: DrawingBackend>(canvas: &mut Canvas<B>, panel: &Panel, whole: Frame, names: f64) {
    let ranges = panel.ranges();
    let mut frame = whole;
    let title = text::fitted(&text::plain(&panel.title), PANEL_TITLE, frame.width());
    if !title.is_empty() {
        frame.top += PANEL_TITLE + 6.0;
        let place = [frame.left, frame.top - 6.0];
        canvas.text(&title, place, PANEL_TITLE, HPos::Left, INK);
    }
    let legend = Legend::new(&panel.series, frame.width());
    let has_room = legend.height < frame.height() / 3.0;
    if has_room {
        legend.draw(canvas, [frame.left, frame.top]);
        frame.top += legend.height;
    }
    frame.top += 8.0;
    frame.bottom -= notes(canvas, &panel.sentences(&ranges), &frame);
    frame.bottom -= AXIS_NAME + TICK + 14.0;
    let y_ticks = y_ticks(panel, &ranges[1], frame.height());
    frame.left += AXIS_NAME + 10.0 + names;
    frame.right -= match panel.color_bar {
        Some(_) => BAR,
        None => 12.0,
    };
    if panel.is_square {
        let (across, down) = (frame.width(), frame.height());
        let spare = (across - down).max(0.0) / 2.0;
        (frame.left, frame.right) = (frame.left + spare, frame.right - spare);
        frame.bottom -= (down - across).max(0.0);
    }
    if frame.width() < LEAST || frame.height() < LEAST {
        return nothing_fits(canvas, &whole);
    }
    let area = PlotArea {
        frame,
        ranges: &ranges,
    };
    area.grid(canvas, &y_ticks, true);
    let x_ticks = x_ticks(panel, &ranges[0], frame.width());
    area.grid(canvas, &x_ticks, false);
    panel
        .series
        .iter()
        .for_each(|series| area.series(canvas, series));
    area.border(canvas, panel.is_square);
    if panel.is_empty(&ranges) {
        nothing(canvas, &frame);
    }
    for (y, name) in &y_ticks {
        if let Some(share) = ranges[1].share(*y) {
            let down = frame.bottom - share * frame.height() + 4.0;
            let name = text::fitted(&text::plain(name), TICK, names);
            canvas.text(&name, [frame.left - 5.0, down], TICK, HPos::Right, QUIET);
        }
    }
    let room = match panel.x.names {
        Some(_) => frame.width() / x_ticks.len().max(1) as f64 - 4.0,
        None => f64::INFINITY,
    };
    for (x, name) in &x_ticks {
        if let Some(share) = ranges[0].share(*x) {
            let name = text::fitted(&text::plain(name), TICK, room);
            let half = text::width(&name, TICK) / 2.0;
            let place = frame.left + share * frame.width();
            let place = place.clamp(
                whole.left + half,
                (whole.right - half).max(whole.left + half),
            );
            let below = frame.bottom + TICK + 5.0;
            canvas.text(&name, [place, below], TICK, HPos::Center, QUIET);
        }
    }
    let [across, down] = frame.middle();
    let name = text::fitted(&text::plain(&panel.x.name), AXIS_NAME, frame.width());
    let below = frame.bottom + TICK + AXIS_NAME + 9.0;
    canvas.text(&name, [across, below], AXIS_NAME, HPos::Center, INK);
    let name = text::fitted(&text::plain(&panel.y.name), AXIS_NAME, frame.height());
    let before = frame.left - names - 11.0;
    canvas.upright_text(&name, [before, down], AXIS_NAME, INK);
    if let Some(bar) = &panel.color_bar {
        color_bar(canvas, bar, &frame);
    }
}

fn nothing_fits<B: DrawingBackend>(canvas: &mut Canvas<B>, frame: &Frame) {
    let [across, _] = frame.middle();
    let sentence = text::fitted("too small to be drawn", NOTE, frame.width());
    let below = [across, frame.bottom - 3.0];
    canvas.text(&sentence, below, NOTE, HPos::Center, QUIET);
}

/// A mark for so many pixels.
fn y_ticks(panel: &Panel, range: &Range, height: f64) -> Vec<(f64, String)> {
    panel.y.ticks(range, (height / 30.0) as usize)
}

/// As many marks as their names leave room for.
fn x_ticks(panel: &Panel, range: &Range, room: f64) -> Vec<(f64, String)> {
    const BETWEEN: f64 = 14.0;
    let most = match panel.x.names {
        Some(_) => (room / 24.0) as usize,
        None => (room / 40.0) as usize,
    };
    let fitting = (2..=most.max(2)).rev().find_map(|count| {
        let ticks = panel.x.ticks(range, count);
        let widths = ticks
            .iter()
            .map(|(_, name)| text::width(name, TICK) + BETWEEN);
        let is_fitting = panel.x.names.is_some() || widths.sum::<f64>() <= room;
        is_fitting.then_some(ticks)
    });
    fitting.unwrap_or_default()
}

fn color_bar<B: DrawingBackend>(canvas: &mut Canvas<B>, bar: &ColorBar, frame: &Frame) {
    const STEPS: usize = 64;
    let (left, right) = (frame.right + 12.0, frame.right + 26.0);
    let height = frame.height() / STEPS as f64;
    for step in 0..STEPS {
        let color = (bar.color)((step as f64 + 0.5) / STEPS as f64);
        let bottom = frame.bottom - step as f64 * height;
        // Up to the end, so that no line shines through: what comes next covers it.
        canvas.rectangle([left, frame.top], [right, bottom], color);
    }
    for (share, name) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
        let down = frame.bottom - share * frame.height();
        canvas.path(&[[right, down], [right + 3.0, down]], 1.0, QUIET);
        let place = [right + 6.0, down + 4.0];
        canvas.text(name, place, TICK, HPos::Left, QUIET);
    }
    let name = text::fitted(bar.name, TICK, frame.height());
    let [_, down] = frame.middle();
    let place = [frame.right + BAR - 8.0, down];
    canvas.upright_text(&name, place, TICK, INK);
}
