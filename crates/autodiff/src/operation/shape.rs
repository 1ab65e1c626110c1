//! The same elements in another arrangement.

mod broadcast;
mod permute;
mod reshape;
