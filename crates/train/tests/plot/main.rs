//! Pictures.

mod gallery;

#[test]
fn look() {
    for (name, figure, _) in gallery::all() {
        figure.save(format!("/tmp/look/{name}.png")).unwrap();
        figure.save(format!("/tmp/look/{name}.svg")).unwrap();
    }
    let model =
        tapegrad_nn::Mlp::<f32>::new(&[2, 500, 1]).penalize(0, tapegrad_nn::Penalty::l2(1e-3));
    let r = tapegrad_train::plot::report(&gallery::history())
        .title("Two <moons>")
        .summary(&tapegrad_nn::summary(&model))
        .settings("Adam, lr 1e-3");
    gallery::all()
        .into_iter()
        .skip(1)
        .fold(r, |r, (_, f, _)| r.figure(f))
        .save("/tmp/look/report.html")
        .unwrap();
    tapegrad_train::plot::learning_curves(&tapegrad_train::History::new())
        .save("/tmp/look/empty.png")
        .unwrap();
    let d = tapegrad_train::data::Dataset::<f64>::new(
        ndarray::array![[0.0, f64::NAN], [1.0, 1.0], [1.0, 2.0]],
        ndarray::array![[0.0], [1.5], [1.0]],
    );
    tapegrad_train::plot::decision_boundary(&d, |x| {
        x.map_axis(ndarray::Axis(1), |r| {
            if r[0] > 1.2 {
                f64::NAN
            } else {
                r[0] * r[1] * 30.0
            }
        })
        .insert_axis(ndarray::Axis(1))
        .into_dyn()
        .into_shared()
    })
    .save("/tmp/look/odd.png")
    .unwrap();
    tapegrad_train::plot::lines(
        "x",
        "y",
        &[
            ("one point", &[(3.0, 1e-310)]),
            ("inf", &[(f64::INFINITY, 2.0)]),
        ],
    )
    .save("/tmp/look/one.png")
    .unwrap();
}
