use tapegrad_autodiff::{ArcArrayD, Element};

/// How many buckets there are between the least and the largest number.
const BUCKETS: usize = 30;

/// How many numbers are in each of the buckets of one width.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) sum_of_squares: f64,
    /// The upper ends of the buckets.
    pub(super) limits: Vec<f64>,
    pub(super) counts: Vec<f64>,
}

impl Histogram {
    /// Of the finite numbers of an array; `None` if there is none.
    pub(super) fn of<T: Element>(array: &ArcArrayD<T>) -> Option<Self> {
        let numbers = array.iter().map(|x| x.wide()).filter(|x| x.is_finite());
        let min = numbers.clone().reduce(f64::min)?;
        let max = numbers.clone().fold(min, f64::max);
        // Divided first: the distance of two finite numbers may be infinite.
        let width = max / BUCKETS as f64 - min / BUCKETS as f64;
        let mut limits: Vec<f64> = (1..BUCKETS).map(|i| min + width * i as f64).collect();
        limits.push(max);
        let mut counts = vec![0.0; BUCKETS];
        for number in numbers.clone() {
            let bucket = limits.partition_point(|&limit| limit < number);
            counts[bucket.min(BUCKETS - 1)] += 1.0;
        }
        Some(Self {
            min,
            max,
            count: numbers.clone().count() as f64,
            sum: numbers.clone().sum(),
            sum_of_squares: numbers.map(|x| x * x).sum(),
            limits,
            counts,
        })
    }
}
