//! A figure as text.

use plotters_svg::SVGBackend;

use super::Figure;
use super::layout::draw;
use crate::plot::canvas::Canvas;

/// Places are whole numbers in plotters' drawings: these are tenths of pixels.
const FINENESS: u32 = 10;

pub(super) fn text(figure: &Figure) -> String {
    let mut text = String::new();
    let [width, height] = figure.sides();
    let fine = (width * FINENESS, height * FINENESS);
    let mut canvas = Canvas::new(SVGBackend::with_string(&mut text, fine), FINENESS, true);
    draw(figure, &mut canvas);
    canvas.present();
    drop(canvas);
    // The size at which it is shown; what it is drawn in stays in the view box.
    let shown = |side: &str, tenths: u32, pixels: u32| {
        [(side, tenths), (side, pixels)].map(|(side, length)| format!("{side}=\"{length}\""))
    };
    for [tenths, pixels] in [
        shown("width", fine.0, width),
        shown("height", fine.1, height),
    ] {
        text = text.replacen(&tenths, &pixels, 1);
    }
    text
}
