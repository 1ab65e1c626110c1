//! 12: two classes, one of them rare: what accuracy hides, and what class weights, thresholds and calibration do.
//!
//! One row of ten is positive. The plain network is nearly always right and misses many of them; with weights of the
//! classes it finds most, at the price of false alarms. ROC and precision-recall curves do not care, calibration does.
//!
//! ```text
//! cargo run --release --example classification
//! ```

use std::error::Error;

use tapegrad::data::{Classification, HoldOut};
use tapegrad::metric::{Bins, CalibrationCurve, ConfusionMatrix, RocCurve};
use tapegrad::prelude::*;

const FOLDER: &str = "target/classification";

fn main() -> Result<(), Box<dyn Error>> {
    let data = Classification::new(4, 2, 2)
        .separation(0.8)
        .generate::<f32>(5000, 3);
    let is_kept = |row: &usize| data.y[[*row, 0]] == 0.0 || row.is_multiple_of(9);
    let data = data.select(&(0..data.rows()).filter(is_kept).collect::<Vec<_>>());
    let (train, test) = HoldOut::new(0.4, 1).stratified().split(&data)?;
    let standardizer = Standardizer::fit(&train.x);
    let [train, test] = [train, test].map(|part| part.map_x(|x| standardizer.transform(x)));
    let weighted = train
        .clone()
        .weighted_by_class(&train.balanced_class_weights()?);

    std::fs::create_dir_all(FOLDER)?;
    let mut curves = Vec::new();
    for (name, train) in [("plain", &train), ("classes weighted", &weighted)] {
        let mut model = Mlp::new(&[8, 32, 1]).seed(1).penalize(0, Penalty::l2(1e-4));
        let mut trainer = Trainer::new(Adam::new(3e-3), loss::BinaryCrossEntropy::new())
            .epochs(40)
            .metric(metric::Accuracy::new())
            .metric(metric::BalancedAccuracy::new())
            .metric(metric::RocAuc::new())
            .metric(metric::LogLoss::new());
        trainer.fit(&mut model, train)?;
        println!("{name}: {}", trainer.evaluate(&model, &test));
        let logits = trainer.predict(&model, &test.x);
        let matrix = ConfusionMatrix::of_logits(&logits, &test.y, None).names(["usual", "rare"]);
        println!("{matrix}\n");
        let calibration = CalibrationCurve::new(
            trainer.predict_proba(&model, &test.x),
            &test.y,
            None,
            Bins::Uniform(10),
        );
        plot::calibration(&calibration).save(format!("{FOLDER}/calibration of {name}.svg"))?;
        curves.push((name, RocCurve::new(&logits, &test.y, None)));
    }
    let curves: Vec<_> = curves.iter().map(|(name, curve)| (*name, curve)).collect();
    plot::roc(&curves).save(format!("{FOLDER}/roc.svg"))?;
    println!("figures are in {FOLDER}");
    Ok(())
}
