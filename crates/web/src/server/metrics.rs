//! Numbers for Prometheus. Names of operations and routes, codes and statuses are their only labels: nothing that a
//! stranger could choose, and nobody's name.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use recovery_desk::audit::sealer::AuditWaits;
use recovery_desk::caller::Caller;
use recovery_desk::operations::messages::ReadQueueAge;
use recovery_rules::roles::Door;

use super::Server;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Page {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Side {
    side: &'static str,
}

/// What a server counts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Mutex<Registry>,
    operations: Family<Operation, Counter>,
    pages: Family<Page, Counter>,
    seconds: Family<Side, Histogram>,
    streams: Gauge,
    queue_seconds: Gauge,
    unsealed: Gauge,
    database: Gauge,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let inner = Inner {
            registry: Mutex::new(Registry::with_prefix("recovery_desk")),
            operations: Family::default(),
            pages: Family::default(),
            // A millisecond to half a minute, doubling.
            seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 2.0, 16))),
            streams: Gauge::default(),
            queue_seconds: Gauge::default(),
            unsealed: Gauge::default(),
            database: Gauge::default(),
        };
        let mut registry = inner.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register(
            "operations",
            "Operations of the desk API, by what they came to",
            inner.operations.clone(),
        );
        registry.register("pages", "Requests of the account pages, by route and status", inner.pages.clone());
        registry.register("seconds", "How long requests took", inner.seconds.clone());
        registry.register("event_streams", "Desks that listen", inner.streams.clone());
        registry.register(
            "outbox_oldest_seconds",
            "Age of the oldest message that waits",
            inner.queue_seconds.clone(),
        );
        registry.register(
            "audit_unsealed",
            "1 while audit entries wait to be sealed",
            inner.unsealed.clone(),
        );
        registry.register("database_up", "1 while the database answers", inner.database.clone());
        drop(registry);
        Self(Arc::new(inner))
    }

    /// Counts an operation of the desk API.
    pub fn operation(&self, operation: &'static str, outcome: &'static str, took: Duration) {
        self.0.operations.get_or_create(&Operation { operation, outcome }).inc();
        self.0.seconds.get_or_create(&Side { side: "desk" }).observe(took.as_secs_f64());
    }

    /// Counts a request of the account pages.
    pub fn page(&self, route: &str, status: u16, took: Duration) {
        self.0.pages.get_or_create(&Page { route: route.to_owned(), status }).inc();
        self.0.seconds.get_or_create(&Side { side: "pages" }).observe(took.as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

pub async fn show(State(server): State<Server>) -> impl IntoResponse {
    let caller = Caller::System("metrics");
    let inner = &server.metrics.0;
    let age = server.desk.perform(&caller, Door::System, None, ReadQueueAge {}).await;
    let waits = server.desk.perform(&caller, Door::System, None, AuditWaits {}).await;
    inner.database.set(i64::from(age.is_ok()));
    if let Ok(age) = age {
        inner.queue_seconds.set(age.oldest_queued_at.map_or(0, |at| (age.now - at) / 1_000));
    }
    if let Ok(waits) = waits {
        inner.unsealed.set(i64::from(waits.to_chain));
    }
    inner.streams.set(i64::try_from(server.hub.streams()).unwrap_or(i64::MAX));
    let mut text = String::new();
    let registry = inner.registry.lock().unwrap_or_else(PoisonError::into_inner);
    let encoded = encode(&mut text, &registry);
    drop(registry);
    if let Err(error) = encoded {
        tracing::error!(%error, "metrics");
    }
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}
