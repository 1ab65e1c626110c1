use super::LrPoint;

/// The rate where the slope over the logarithm of the rate is lowest and negative.
pub(super) fn steepest(points: &[LrPoint]) -> Option<f64> {
    let slopes = points.windows(2).map(|pair| {
        let rise = pair[1].smoothed - pair[0].smoothed;
        (rise / (pair[1].rate / pair[0].rate).ln(), pair[0].rate)
    });
    slopes
        .filter(|(slope, _)| *slope < 0.0)
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, rate)| rate)
}

/// The rate half of the way along the longest falling sequence, as long as it is, up to where it ends.
pub(super) fn valley(points: &[LrPoint]) -> Option<f64> {
    // How long the longest sequence is that ends at each point.
    let mut lengths: Vec<usize> = Vec::with_capacity(points.len());
    for point in points {
        let above = points.iter().zip(&lengths);
        let above = above.filter(|(before, _)| point.smoothed < before.smoothed);
        let length = above.map(|(_, &length)| length).max().unwrap_or(0);
        lengths.push(length + 1);
    }
    let first_longest = |a: &(usize, usize), b: &(usize, usize)| a.1.cmp(&b.1).then(b.0.cmp(&a.0));
    let (end, length) = lengths.into_iter().enumerate().max_by(first_longest)?;
    let start = end.saturating_sub(length);
    let third = (end - start) as f64 / 3.0;
    let middle = start + third as usize + (third / 2.0) as usize;
    (length > 1).then(|| points[middle].rate)
}
