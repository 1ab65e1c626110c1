/// For each distinct score, from the largest down, the weight of the positive and of the other rows
/// whose score is at least it. Rows of weight 0 count as absent.
///
/// Counts are NaN if a score is.
pub(super) struct Thresholds {
    pub(super) scores: Vec<f64>,
    pub(super) true_positives: Vec<f64>,
    pub(super) false_positives: Vec<f64>,
}

impl Thresholds {
    pub(super) fn new(scores: &[f64], positive: &[bool], weights: &[f64]) -> Self {
        let mut rows: Vec<usize> = (0..scores.len())
            .filter(|row| weights[*row] > 0.0)
            .collect();
        rows.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        let mut thresholds = Self {
            scores: Vec::new(),
            true_positives: Vec::new(),
            false_positives: Vec::new(),
        };
        let (mut true_positives, mut false_positives) =
            match rows.iter().any(|row| scores[*row].is_nan()) {
                true => (f64::NAN, f64::NAN),
                false => (0.0, 0.0),
            };
        for (place, &row) in rows.iter().enumerate() {
            match positive[row] {
                true => true_positives += weights[row],
                false => false_positives += weights[row],
            }
            // Equal scores are one threshold, be they 0 and −0.
            if rows
                .get(place + 1)
                .is_none_or(|next| scores[*next] != scores[row])
            {
                thresholds.scores.push(scores[row]);
                thresholds.true_positives.push(true_positives);
                thresholds.false_positives.push(false_positives);
            }
        }
        thresholds
    }
}
