//! What changes gradients between a pass and a step.

mod accumulation;
mod finite;
mod noise;
mod reference;
