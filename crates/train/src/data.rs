//! Data sets: read, made, split, shuffled, standardised.

mod batches;
mod blobs;
mod circles;
#[cfg(feature = "csv")]
mod csv_error;
mod dataset;
mod linear;
mod moons;
mod noise;
mod points;
mod spirals;
mod standardizer;
#[cfg(feature = "csv")]
mod table;

pub use batches::Batches;
pub use blobs::blobs;
pub use circles::circles;
#[cfg(feature = "csv")]
pub use csv_error::{CsvError, CsvProblem};
pub use dataset::Dataset;
pub use linear::{linear_regression, sparse_linear_regression};
pub use moons::moons;
pub use spirals::spirals;
pub use standardizer::Standardizer;
#[cfg(feature = "csv")]
pub use table::Table;
