//! Descriptions: text to networks and back.

mod refusals;
mod round_trip;
mod table;
mod undescribable;
