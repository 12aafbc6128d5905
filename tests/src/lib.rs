//! What the stories share with the benchmarks. The stories themselves are the integration test `stories`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "it panics where a test would")]

pub mod cluster;
pub mod ports;
