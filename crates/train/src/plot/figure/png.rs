//! A figure as the bytes of a bitmap.

use plotters_bitmap::BitMapBackend;
use png::{BitDepth, ColorType, Encoder};

use super::Figure;
use super::layout::draw;
use crate::plot::canvas::Canvas;

/// It is drawn so many times as large, and each pixel is the mean of a square: so edges are smooth.
const FINENESS: u32 = 3;

/// Red, green and blue.
const CHANNELS: usize = 3;

pub(super) fn bytes(figure: &Figure) -> Vec<u8> {
    let [width, height] = figure.sides();
    let fine = (width * FINENESS, height * FINENESS);
    let mut large = vec![255; fine.0 as usize * fine.1 as usize * CHANNELS];
    let backend = BitMapBackend::with_buffer(&mut large, fine);
    let mut canvas = Canvas::new(backend, FINENESS, false);
    draw(figure, &mut canvas);
    canvas.present();
    drop(canvas);
    encoded(&means(&large, width as usize), width, height)
}

/// The means over squares of a large picture.
fn means(large: &[u8], width: usize) -> Vec<u8> {
    let fineness = FINENESS as usize;
    let line = width * fineness * CHANNELS;
    let mut small = Vec::with_capacity(large.len() / (fineness * fineness));
    for lines in large.chunks(line * fineness) {
        for column in 0..width {
            for channel in 0..CHANNELS {
                let sum: u32 = (0..fineness * fineness)
                    .map(|place| {
                        let (row, part) = (place / fineness, place % fineness);
                        let pixel = column * fineness + part;
                        u32::from(lines[row * line + pixel * CHANNELS + channel])
                    })
                    .sum();
                let count = FINENESS * FINENESS;
                small.push(((sum + count / 2) / count) as u8);
            }
        }
    }
    small
}

fn encoded(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels)?;
        writer.finish()
    });
    written.expect("writing to memory does not fail");
    bytes
}
