//! Pictures are whole, say what they show, and show what they say.

mod drawing;
mod files;
mod gallery;
mod odd;
mod report;

use drawing::{check, curves, elements};
use ndarray::{Array, Array2, Axis, array};
use tapegrad_autodiff::ArcArrayD;
use tapegrad_nn::Dense;
use tapegrad_train::data::Dataset;
use tapegrad_train::metric::{ConfusionMatrix, PrecisionRecallCurve, RocCurve};
use tapegrad_train::plot::{self, Figure, Scale};

/// The colours of the first two curves.
const BLUE: &str = "#0072B2";
const RED: &str = "#D55E00";

/// The size and the pixels of a PNG.
pub(crate) fn pixels(figure: &Figure) -> ([u32; 2], Vec<[u8; 3]>) {
    let bytes = figure.to_png();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    let pixels = buffer.as_chunks().0.to_vec();
    assert_eq!(pixels.len() as u32, info.width * info.height);
    ([info.width, info.height], pixels)
}

#[test]
fn every_picture_is_whole_and_says_what_it_shows() {
    for (name, figure, words) in gallery::all() {
        let svg = figure.to_svg();
        check(&svg);
        for word in words {
            assert!(svg.contains(word), "{name}: no {word}");
        }
        let head = &elements(&svg)[0];
        let ([width, height], pixels) = pixels(&figure);
        assert_eq!(
            [width, height].map(f64::from),
            ["width", "height"].map(|side| head.number(side))
        );
        let mut colors = pixels.clone();
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() > 20, "{name}: {} colours", colors.len());
        // A margin of white all around.
        let edge = |place: usize| {
            let (x, y) = (place as u32 % width, place as u32 / width);
            x < 4 || y < 4 || x >= width - 4 || y >= height - 4
        };
        let drawn = pixels
            .iter()
            .enumerate()
            .filter(|(place, color)| edge(*place) && **color != [255; 3]);
        assert_eq!(drawn.count(), 0, "{name}: something is cut off");
        for size in [[200, 200], [320, 1000], [1600, 240]] {
            check(&figure.clone().size(size[0], size[1]).to_svg());
        }
    }
}

#[test]
fn the_same_picture_has_the_same_bytes() {
    for ((_, one, _), (_, other, _)) in gallery::all().into_iter().zip(gallery::all()) {
        assert!(one.to_svg() == other.to_svg());
    }
}

#[test]
fn equal_differences_or_quotients_are_equally_far() {
    let points = [(1.0, 2.0), (10.0, 20.0), (100.0, 200.0)];
    let distances = |figure: Figure| {
        let curves = curves(&figure.to_svg(), BLUE);
        let [curve] = &curves[..] else {
            panic!("{curves:?}")
        };
        assert_eq!(curve.len(), 3);
        [0, 1].map(|axis| {
            let [first, second] =
                [0, 1].map(|place| (curve[place + 1][axis] - curve[place][axis]).abs());
            second / first
        })
    };
    let figure = || plot::lines("x", "y", &[("curve", &points)]);
    // Places are to a tenth of a pixel.
    let close =
        |found: [f64; 2], expected: f64| found.iter().all(|x| (x / expected - 1.0).abs() < 0.01);
    assert!(close(distances(figure()), 1.0));
    assert!(close(
        distances(figure().x_scale(Scale::Linear).y_scale(Scale::Linear)),
        10.0
    ));
    let small = [(1.0, 2.0), (1.1, 2.2), (1.21, 2.42)];
    let figure = || plot::lines("x", "y", &[("curve", &small)]);
    assert!(close(distances(figure()), 1.1));
    let logarithmic = figure()
        .x_scale(Scale::Logarithmic)
        .y_scale(Scale::Logarithmic);
    assert!(close(distances(logarithmic), 1.0));
}

#[test]
fn a_curve_has_a_gap_where_there_is_no_number() {
    let points = [
        (1.0, 1.0),
        (2.0, 2.0),
        (3.0, f64::NAN),
        (4.0, 1.0),
        (5.0, 2.0),
        (6.0, 3.0),
        (7.0, f64::INFINITY),
        (8.0, 2.5),
    ];
    let svg = plot::lines("x", "y", &[("curve", &points)]).to_svg();
    let lengths: Vec<usize> = curves(&svg, BLUE).iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 3]);
    let dots = elements(&svg)
        .into_iter()
        .filter(|element| element.name == "circle");
    assert_eq!(dots.count(), 1, "the point that stands alone");
    assert!(svg.contains("curve: 2 of 8 not shown, being NaN or infinite"));
    let svg = plot::lines(
        "x",
        "y",
        &[("curve", &[(1.0, 1.0), (2.0, -1.0), (3.0, 10.0)])],
    );
    let svg = svg.y_scale(Scale::Logarithmic).to_svg();
    assert!(svg.contains(
        "curve: 1 of 3 not shown, being NaN, infinite or, on a logarithmic axis, not positive"
    ));
}

/// Extremes of long curves are not lost where many points share a pixel.
#[test]
fn a_long_curve_is_thinned_without_a_change_of_its_look() {
    let peak = |step: u32| if step == 71_234 { 1.0 } else { 0.0 };
    let points: Vec<(f64, f64)> = (0..100_000)
        .map(|step| (f64::from(step), peak(step)))
        .collect();
    let svg = plot::lines("x", "y", &[("curve", &points)]).to_svg();
    let curves = curves(&svg, BLUE);
    assert!(curves[0].len() < 4000, "{}", curves[0].len());
    let heights = curves[0].iter().map(|place| place[1]);
    let (low, high) = (
        heights.clone().fold(f64::NAN, f64::max),
        heights.fold(f64::NAN, f64::min),
    );
    assert!(low - high > 400.0);
}

#[test]
fn learning_curves_show_each_column_once() {
    let svg = plot::learning_curves(&gallery::history()).to_svg();
    // Data loss, training accuracy; validation loss and accuracy; the rate has no legend to leave out.
    assert_eq!(curves(&svg, BLUE).len(), 2 + 2);
    assert_eq!(curves(&svg, RED).len(), 2 + 1);
    for epoch in [58, 97] {
        assert!(svg.contains(&format!("at epoch {epoch}")));
    }
}

#[test]
fn zeros_and_what_is_no_number_are_not_in_the_bars() {
    let mut layer = Dense::<f64>::new(3, 4);
    layer.weight.value = array![
        [0.0, 1.0, 1.0, 1.0],
        [-0.0, 2.0, 7.0, 7.0],
        [f64::NAN, f64::INFINITY, 0.0, 7.0]
    ]
    .into_dyn()
    .into_shared();
    let svg = plot::weight_histograms(&layer).to_svg();
    assert!(svg.contains("3 of 12 (25 %) are exactly 0 and in no bar."));
    assert!(svg.contains("2 NaN or infinite."));
    let bars: Vec<f64> = elements(&svg)
        .iter()
        .filter(|element| element.name == "rect" && element.attribute("fill") == Some(BLUE))
        .map(|bar| bar.number("height"))
        .collect();
    // Three times 1, one 2, three times 7: six parts of [1, 7], two in the first.
    let [first, second, last] = bars[..] else {
        panic!("{bars:?}")
    };
    assert!(
        (first / second - 3.0).abs() < 0.01 && (last - first).abs() < 2.0,
        "{bars:?}"
    );
}

#[test]
fn a_matrix_is_dark_where_rows_are() {
    let matrix =
        ConfusionMatrix::new(&[0, 0, 1, 1, 0, 0], &[0, 0, 1, 1, 2, 2], None).names(["a", "b", "c"]);
    let svg = plot::confusion_matrix(&matrix).to_svg();
    let rects = elements(&svg);
    let cells = rects
        .iter()
        .filter(|element| element.name == "rect")
        .skip(1)
        .take(9);
    let fills: Vec<&str> = cells.map(|cell| cell.attribute("fill").unwrap()).collect();
    let (dark, light) = ("#004478", "#FFFFFF");
    assert_eq!(
        fills,
        [dark, light, light, light, dark, light, dark, light, light]
    );
    assert!(svg.contains("accuracy 0.667 of 6 rows"));
    let logits = array![[1.0_f64, 0.0], [f64::NAN, 0.0]];
    let undecided = ConfusionMatrix::of_logits(logits, array![[0.0_f64], [1.0]], None);
    assert!(
        plot::confusion_matrix(&undecided)
            .to_svg()
            .contains("none\n")
    );
}

/// A few digits round up; that not all is right must be seen all the same.
#[test]
fn nearly_all_is_not_all() {
    for (rows, wrong, told) in [
        (5000, 0, "accuracy 1 of"),
        (5000, 2, "accuracy 0.9996 of"),
        (5000, 30, "accuracy 0.994 of"),
        (100_000, 1, "accuracy 0.99999 of"),
    ] {
        let classes: Vec<usize> = (0..rows).map(|row| usize::from(row < wrong)).collect();
        let matrix = ConfusionMatrix::new(&classes, &vec![0; rows], None);
        let svg = plot::confusion_matrix(&matrix).to_svg();
        assert!(svg.contains(told), "{told}");
    }
    // A row of either class: only those in the middle change places.
    let scores = |nearly: bool| {
        let mut scores = Array::linspace(0.0, 1.0, 400).insert_axis(Axis(1));
        if nearly {
            scores.swap([199, 0], [200, 0]);
        }
        scores
    };
    let targets = Array::from_shape_fn((400, 1), |(row, _)| f64::from(u8::from(row >= 200)));
    for (nearly, told) in [(false, "1)"), (true, "0.9999")] {
        let roc = RocCurve::new(scores(nearly), targets.clone(), None);
        let svg = plot::roc(&[("one", &roc)]).to_svg();
        assert!(svg.contains(&format!("one (area {told}")), "{told}");
        let curve = PrecisionRecallCurve::new(scores(nearly), targets.clone(), None);
        let svg = plot::precision_recall(&[("one", &curve)]).to_svg();
        let told = format!("one (average precision {told}");
        assert!(svg.contains(&told), "{told}");
    }
}

#[test]
fn a_boundary_is_where_the_output_changes_sides() {
    let data = Dataset::<f64>::new(
        array![[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]],
        array![[0.0], [1.0], [0.0]],
    );
    let column = |x: &ArcArrayD<f64>, f: &dyn Fn(f64) -> f64| {
        let logits: Vec<f64> = x.rows().into_iter().map(|row| f(row[0])).collect();
        Array2::from_shape_vec((logits.len(), 1), logits)
            .unwrap()
            .into_dyn()
            .into_shared()
    };
    let figure = plot::decision_boundary(&data, |x| column(x, &|x| 4.0 * x));
    assert!(figure.to_svg().contains("wrong: 1 of 3"));
    let ([width, height], pixels) = pixels(&figure);
    let at = |x: f64| {
        let [x, y] = [x * f64::from(width), 0.3 * f64::from(height)].map(|place| place as usize);
        pixels[y * width as usize + x]
    };
    let (left, right) = (at(0.2), at(0.75));
    assert!(left[2] > left[0] + 50, "{left:?} is not blue");
    assert!(right[0] > right[2] + 50, "{right:?} is not red");
    // The line: one piece for each of the rows but one, all at the same place.
    let line = curves(&figure.to_svg(), "#222222");
    let line: Vec<&Vec<[f64; 2]>> = line
        .iter()
        .filter(|piece| (piece[0][0] - piece[1][0]).abs() < 0.2)
        .collect();
    assert!(line.len() >= 74, "{}", line.len());
    let svg = plot::decision_boundary(&data, |x| {
        column(x, &|x| if x > 0.5 { f64::NAN } else { x })
    })
    .to_svg();
    assert!(svg.contains("Grey: the output is NaN.") && svg.contains("#BEBEBE"));
}

#[test]
fn of_many_panels_the_first_are_shown() {
    let names: Vec<String> = (0..20).map(|metric| format!("metric{metric}")).collect();
    let mut history = tapegrad_train::History::new();
    for epoch in [1, 2] {
        history.record(epoch, epoch, names.iter().map(|name| (name.as_str(), 0.5)));
    }
    let svg = plot::learning_curves(&history).to_svg();
    check(&svg);
    assert!(svg.contains("metric10") && svg.contains("Not shown: metric11, metric12"));
}
