//! The same elements in another arrangement, and some of them.

mod broadcast;
mod concatenate;
mod flip;
mod gather;
mod permute;
mod reshape;
mod select;
mod slice;
mod triangle;

pub use concatenate::{concatenate, stack};
