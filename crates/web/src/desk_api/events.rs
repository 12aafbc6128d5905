//! `GET /desk/events`: what the window listens for, as server-sent events, ids only. The database is read once a second
//! for the whole server and the news fanned out; each stream leaves out what its operator may not hear, and ends when
//! its session does.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Line, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::news::{self, DeskEvent, Heard, OVERLAP, Seen, Sitting};
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_desk::store::events::Event;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use super::{CameTo, DeskApi, refused, text, wire};
use crate::source::{self, Peer};

const EVERY: Duration = Duration::from_secs(1);
/// News that wait for a stream; one that is further behind is ended, and its desk connects anew.
const WAITING: usize = 1024;
/// Signs of life between two looks whether the session still is one.
const LOOK_AGAIN: u32 = 3;

/// News of one look at the database.
#[derive(Clone, Debug)]
struct News {
    event: Event,
    /// The moment to begin from after a broken connection, UTC ms.
    from: i64,
}

/// Reads what happens once a second while anybody listens, and tells every stream.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    news: broadcast::Sender<News>,
    stopping: watch::Sender<bool>,
    reader: Mutex<Option<JoinHandle<()>>>,
}

impl Hub {
    /// Nobody listens yet.
    pub fn new() -> Self {
        let (news, _) = broadcast::channel(WAITING);
        let (stopping, _) = watch::channel(false);
        Self(Arc::new(Inner { news, stopping, reader: Mutex::default() }))
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.0.news.receiver_count()
    }

    /// Ends every stream: the server stops.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    fn subscribe(&self, desk: &Desk) -> broadcast::Receiver<News> {
        let receiver = self.0.news.subscribe();
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.as_ref().is_none_or(JoinHandle::is_finished) {
            *reader = Some(tokio::spawn(read(desk.clone(), self.0.news.clone())));
        }
        receiver
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.get_mut().unwrap_or_else(PoisonError::into_inner) {
            reader.abort();
        }
    }
}

async fn read(desk: Desk, tell: broadcast::Sender<News>) {
    let mut from = None;
    let mut seen = Seen::default();
    loop {
        match news::since(&desk, from).await {
            Ok(happened) => {
                let moment = happened.now - OVERLAP;
                for event in seen.new_ones(happened.events, moment) {
                    // Nobody listens: then nobody misses it.
                    let _ = tell.send(News { event, from: moment });
                }
                from = Some(moment);
            }
            Err(failure) => tracing::warn!(code = failure.code(), "reading events"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One desk that listens.
struct Listening {
    desk: Desk,
    caller: Caller,
    sitting: Sitting,
    /// What happened since the desk last heard anything, oldest first.
    missed: std::vec::IntoIter<Event>,
    missed_from: i64,
    news: broadcast::Receiver<News>,
    stopping: watch::Receiver<bool>,
    rounds: u32,
    greeted: bool,
    over: bool,
}

pub async fn listen(State(api): State<DeskApi>, peer: Peer, headers: HeaderMap) -> Response {
    let (outcome, mut response) = match api.begin(&peer, &headers).await {
        Ok(listening) => ("done", Sse::new(lines(listening)).into_response()),
        Err(failure) => (failure.code(), refused(&failure)),
    };
    response.extensions_mut().insert(CameTo { operation: wire::EVENTS, outcome });
    // Proxies that gather answers would hold a stream back.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    api.told(response)
}

impl DeskApi {
    async fn begin(&self, peer: &Peer, headers: &HeaderMap) -> Result<Listening, Failure> {
        let source = source::of(peer, headers, &self.desk.settings.trusted_proxies);
        let (caller, _) = self.caller(wire::EVENTS, &source, headers, &[])?;
        // Subscribed first: what happens between this and the look back is heard twice, and told once by its id.
        let news = self.hub.subscribe(&self.desk);
        let stopping = self.hub.0.stopping.subscribe();
        let who = self.desk.perform(&caller, Door::DeskApi, None, WhoIsIn {}).await?;
        let from = text(headers, wire::LAST_EVENT).and_then(|text| text.parse().ok());
        let happened = news::since(&self.desk, from).await?;
        let caller = match caller {
            Caller::Device { token, device } => Caller::Device { token, device: device.going_on() },
            other => other,
        };
        Ok(Listening {
            desk: self.desk.clone(),
            caller,
            sitting: Sitting { billing: who.operator.role == Role::Billing, id: who.operator.id },
            missed: happened.events.into_iter(),
            missed_from: happened.now - OVERLAP,
            news,
            stopping,
            rounds: 0,
            greeted: false,
            over: false,
        })
    }
}

fn lines(listening: Listening) -> impl Stream<Item = Result<Line, Infallible>> {
    stream::unfold(listening, |mut listening| async move {
        let line = listening.next().await?;
        Some((Ok(line), listening))
    })
}

impl Listening {
    async fn next(&mut self) -> Option<Line> {
        if self.over {
            return None;
        }
        if !self.greeted {
            self.greeted = true;
            // From here on the desk knows from when to ask again.
            return Some(Line::default().id(self.missed_from.to_string()).event("listening").data("{}"));
        }
        loop {
            let (event, from) = match self.missed.next() {
                Some(event) => (event, self.missed_from),
                None => tokio::select! {
                    () = told(&mut self.stopping) => return None,
                    news = self.news.recv() => match news {
                        Ok(news) => (news.event, news.from),
                        // Too far behind, or the server stops: the desk connects anew and reads what is.
                        Err(_) => return None,
                    },
                    () = tokio::time::sleep(Duration::from_secs(wire::HEARTBEAT_SECONDS)) => {
                        return self.sign_of_life().await;
                    }
                },
            };
            match news::heard(&self.desk, &self.caller, Door::DeskApi, &self.sitting, event).await {
                Heard::Nothing => {}
                Heard::Tell(event) => return Some(line(&event, from)),
                Heard::SignedOut(event) => {
                    self.over = true;
                    return Some(line(&event, from));
                }
            }
        }
    }

    async fn sign_of_life(&mut self) -> Option<Line> {
        self.rounds = self.rounds.wrapping_add(1);
        if self.rounds.is_multiple_of(LOOK_AGAIN) {
            let still_in = self.desk.perform(&self.caller, Door::DeskApi, None, WhoIsIn {}).await;
            if matches!(still_in, Err(Failure::Refused(Refusal::SignedOut))) {
                self.over = true;
                return Some(line(&DeskEvent::of_connection("signed_out"), self.missed_from));
            }
        }
        Some(Line::default().comment("still here"))
    }
}

async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn line(event: &DeskEvent, from: i64) -> Line {
    let data = serde_json::to_string(event).unwrap_or_default();
    Line::default().id(from.to_string()).event(&event.kind).data(data)
}
