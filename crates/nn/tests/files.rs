//! Checkpoints: round trips, damage of every kind, what each refusal says, and a process that dies.

mod crash;
mod damage;
mod format;
mod models;
mod refusals;
mod round_trip;
