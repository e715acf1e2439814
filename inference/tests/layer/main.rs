//! One backend behind another, two that watch each other, and what is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dual;
mod failover;
mod scripted;
