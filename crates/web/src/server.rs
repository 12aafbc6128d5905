//! What `recovery-desk-server serve` serves on its address: account pages, desk API, and whether it is alive and
//! ready. Numbers for Prometheus are on a listener of their own.

mod health;
pub mod listen;
mod metrics;
mod observe;
pub mod tls;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use recovery_desk::desk::Desk;

use crate::desk_api::{self, Hub};
use crate::guard;
use crate::pages::Pages;
pub use metrics::Metrics;

/// Everything one server is made of.
#[derive(Clone, Debug)]
pub struct Server {
    /// The desk.
    pub desk: Desk,
    /// Streams of events.
    pub hub: Hub,
    /// What is counted.
    pub metrics: Metrics,
}

impl Server {
    /// A server over this desk.
    pub fn new(desk: Desk) -> Self {
        Self { desk, hub: Hub::new(), metrics: Metrics::new() }
    }

    /// Account pages, desk API, `/health` and `/ready`.
    pub fn router(&self) -> Router {
        let pages = Pages::new(self.desk.clone());
        let api = desk_api::router(self.desk.clone(), self.hub.clone())
            .layer(from_fn_with_state(pages, guard::only_our_host));
        // Whoever asks whether a server lives asks by its number, not by its name: no host is looked at.
        let health = Router::new()
            .route("/health", get(health::alive))
            .route("/ready", get(health::ready))
            .with_state(self.desk.clone());
        crate::router(self.desk.clone())
            .merge(api)
            .merge(health)
            .layer(from_fn_with_state(self.metrics.clone(), observe::request))
    }

    /// `/metrics`, for a listener that only the machine itself or a monitoring network reaches.
    pub fn metrics_router(&self) -> Router {
        Router::new().route("/metrics", get(metrics::show)).with_state(self.clone())
    }
}
