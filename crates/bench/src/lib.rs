//! Benchmarks print ratios, measured side by side in one run, and never a bare time: a ratio says the same on a slow
//! machine as on a fast one. What is measured stands in `benches/ratios`; this is how it is put together and shown.

mod memory;
mod ratio;
mod table;

pub use memory::{cpu_seconds, forget_peak, peak_bytes, resident_bytes};
pub use ratio::{Goal, Ratio, percentile};
pub use table::Table;
