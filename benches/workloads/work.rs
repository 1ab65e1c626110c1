/// One of the workloads, as far as it came.
pub(crate) trait Work {
    /// The step numbered `index` from 0; its value is kept only where it is asked for.
    fn step(&mut self, index: usize, keep: bool);

    /// The number that is compared, of the last step that kept it.
    fn value(&mut self) -> f64;
}
