//! The layers, from one table.

mod derivatives;
mod naming;
mod random;
mod reference;
mod statistics;
mod table;
mod tied;
mod variational;
