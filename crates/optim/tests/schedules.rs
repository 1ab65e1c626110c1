//! Schedules: one table of them, and every check over it.

mod fixture;
mod lr_finder;
mod properties;
mod reduce_on_plateau;
mod reference;
pub(crate) mod table;
