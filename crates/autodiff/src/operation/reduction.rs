//! Functions of all elements along axes.

mod cumulative_sum;
mod max;
mod mean;
mod norm;
mod prod;
mod softmax;
mod sum;
mod variance;
