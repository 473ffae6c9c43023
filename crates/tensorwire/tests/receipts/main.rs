//! Receipts of calls within calls, beside what the chain's state shows that they did.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod check;
mod combinations;
mod local;
mod named;
mod shapes;
