//! Data sets: read, made, split, shuffled, transformed.

mod batches;
mod blobs;
mod circles;
mod class_weights;
mod classification;
#[cfg(feature = "csv")]
mod columns;
#[cfg(feature = "csv")]
mod comma_separated;
mod data_error;
mod dataset;
#[cfg(feature = "csv")]
mod fitted_columns;
mod friedman1;
mod hold_out;
mod jacobi;
mod k_fold;
mod label_encoder;
mod leave_one_out;
mod linear;
mod min_max;
#[cfg(feature = "csv")]
mod missing;
mod moons;
mod noise;
#[cfg(feature = "npy")]
pub mod npy;
#[cfg(feature = "npy")]
pub mod npz;
mod one_hot;
mod pca;
mod points;
mod repetition;
mod saved_transform;
mod spirals;
mod splitter;
mod standardizer;
mod stratified_k_fold;
#[cfg(feature = "csv")]
mod table;
mod task;
mod time_series_split;
mod transform;

pub use batches::Batches;
pub use blobs::blobs;
pub use circles::circles;
pub use classification::Classification;
#[cfg(feature = "csv")]
pub use columns::Columns;
pub use data_error::{DataError, DataProblem};
pub use dataset::Dataset;
#[cfg(feature = "csv")]
pub use fitted_columns::FittedColumns;
pub use friedman1::friedman1;
pub use hold_out::HoldOut;
pub use k_fold::KFold;
pub use label_encoder::LabelEncoder;
pub use leave_one_out::LeaveOneOut;
pub use linear::{linear_regression, multi_output_regression, sparse_linear_regression};
pub use min_max::MinMax;
#[cfg(feature = "csv")]
pub use missing::Missing;
pub use moons::moons;
pub use one_hot::OneHot;
pub use pca::Pca;
pub use spirals::spirals;
pub use splitter::{Fold, Splitter};
pub use standardizer::Standardizer;
pub use stratified_k_fold::StratifiedKFold;
#[cfg(feature = "csv")]
pub use table::Table;
pub use task::Task;
pub use time_series_split::TimeSeriesSplit;
pub use transform::Transform;
