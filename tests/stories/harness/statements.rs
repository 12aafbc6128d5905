//! Which statements somebody's request ran, as the database library itself says: it tells of each it ran, whatever code asked
//! for it. Others run at the same time; what is listened to is the span the request runs in.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Mutex;

use tracing::field::{Field, Visit};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

static HEARD: Mutex<BTreeMap<u64, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Does it, and says which statements it ran, in their order.
pub async fn statements_of<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    super::log::keep();
    let span = tracing::info_span!("statements_of");
    let id = span.id().expect("the log of a run keeps every span").into_u64();
    let before = HEARD.lock().unwrap().insert(id, Vec::new());
    assert!(before.is_none());
    let done = work.instrument(span.clone()).await;
    let heard = HEARD.lock().unwrap().remove(&id).unwrap();
    (done, heard)
}

/// Part of the log of a run.
pub struct Listener;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(heard) = HEARD.lock().unwrap().get_mut(&span.id().into_u64()) {
                let mut text = Text::default();
                event.record(&mut text);
                heard.push(text.whole());
            }
        }
    }
}

/// The text of a statement: its first words, and all of it where there is more.
#[derive(Default)]
struct Text {
    summary: String,
    statement: String,
}

impl Text {
    fn whole(self) -> String {
        let text = if self.statement.trim().is_empty() { self.summary } else { self.statement };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn keep(&mut self, name: &str, value: String) {
        match name {
            "summary" => self.summary = value,
            "db.statement" => self.statement = value,
            _ => {}
        }
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field.name(), format!("{value:?}"));
    }
}
