//! Functions of all elements along axes.

mod max;
mod mean;
mod softmax;
mod sum;
