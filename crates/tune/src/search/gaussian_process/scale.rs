/// Scores with mean 0 and variance 1, whatever their size; all 0 if they are equal.
///
/// What is more than five times as far above the median as the best is below it is drawn in to there. A trial without
/// a score has the largest.
pub(super) fn standardised(scores: &[Option<f64>]) -> Vec<f64> {
    let mut known: Vec<f64> = scores.iter().flatten().copied().collect();
    let unit = known
        .iter()
        .fold(0.0_f64, |unit, score| unit.max(score.abs()));
    if unit == 0.0 {
        return vec![0.0; scores.len()];
    }
    // Divided first, as a difference of large ones may be infinite.
    known.iter_mut().for_each(|score| *score /= unit);
    known.sort_by(f64::total_cmp);
    let (best, median, worst) = (known[0], known[known.len() / 2], known[known.len() - 1]);
    let bound = match median > best {
        true => worst.min(median + 5.0 * (median - best)),
        false => worst,
    };
    let all: Vec<f64> = scores
        .iter()
        .map(|score| score.map_or(bound, |score| (score / unit).min(bound)))
        .collect();
    let n = all.len() as f64;
    let mean = all.iter().sum::<f64>() / n;
    let variance = all.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / n;
    let deviation = match variance > 0.0 {
        true => variance.sqrt(),
        false => 1.0,
    };
    all.iter().map(|score| (score - mean) / deviation).collect()
}
