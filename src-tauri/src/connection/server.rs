//! A desk at a desk server: nothing here but the way there and, in the keyring, the session of whoever is signed in,
//! which is bound to this computer's device key and can be ended from the server. The stream of events also tells
//! whether the server is there.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use recovery_desk::chance::Chance;
use recovery_desk::device::DeviceKey;
use recovery_desk::failure::WireFailure;
use recovery_desk::news::DeskEvent;
use recovery_desk::operation::Operation;
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_desk::secret::SecretText;
use recovery_web::desk_api::client::{Answered, DeskClient, EventStream, UNREACHABLE};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::Around;
use super::chosen::Chosen;
use crate::keyring::{Keyring, KeyringState};
use crate::perform::lock_is_known;
use crate::problem::Problem;
use crate::seat::Seat;

const EVERY: Duration = Duration::from_secs(1);
/// Tries that must fail before the connection counts as lost: one may be a hiccup.
const MISSED: u32 = 2;
/// Events remembered, so that one heard again after a break is told once.
const REMEMBERED: usize = 256;

/// A desk server this window talks to.
#[derive(Debug)]
pub struct AtServer {
    client: DeskClient,
    keyring: Keyring,
    entry: String,
    look_now: Arc<Notify>,
    watching: JoinHandle<()>,
}

/// The session as the keyring keeps it.
struct Kept {
    device: DeviceKey,
    operator_id: String,
    token: SecretText,
}

impl Kept {
    fn parse(text: &SecretString) -> Option<Self> {
        let mut parts = text.expose_secret().split(' ');
        let device = DeviceKey::from_text(&SecretString::from(parts.next()?))?;
        let (operator_id, token) = (parts.next()?.to_owned(), SecretText::new(parts.next()?));
        Some(Self { device, operator_id, token })
    }
}

impl AtServer {
    /// Goes to the server; whoever was signed in when this program broke off still is, if the keyring kept it.
    ///
    /// # Errors
    /// The address or the certificate authority can't be used.
    pub async fn connect(chosen: &Chosen, around: &Around) -> Result<(Self, KeyringState), Problem> {
        let (url, authority) = chosen.server()?;
        let entry = chosen.session_entry();
        let read = around.keyring.read(&entry).await;
        let keyring = read.as_ref().map_or_else(|state| *state, |_| KeyringState::Ok);
        let device = match read.ok().flatten().as_ref().and_then(Kept::parse) {
            Some(kept) => {
                around.seat.take(kept.token, kept.operator_id);
                kept.device
            }
            None => DeviceKey::fresh(&Chance::operating_system()),
        };
        let client = DeskClient::new(&url, authority.as_deref(), device)?;
        let look_now = Arc::new(Notify::new());
        let watch = Watch {
            client: client.clone(),
            seat: Arc::clone(&around.seat),
            tell: Arc::clone(&around.tell),
            look_now: Arc::clone(&look_now),
            last: None,
            heard: VecDeque::new(),
            missed: 0,
        };
        let watching = tokio::spawn(watch.run());
        Ok((Self { client, keyring: around.keyring.clone(), entry, look_now, watching }, keyring))
    }

    /// Whether it answers, and speaks this desk's version.
    ///
    /// # Errors
    /// What it says, or that it can't be reached.
    pub async fn greet(&self) -> Result<(), Problem> {
        let greeted = self.client.perform(None, "greeting", None, &json!({})).await;
        greeted.map(|_| ()).map_err(Problem::Server)
    }

    /// Asks the server.
    ///
    /// # Errors
    /// Its refusal, or that it can't be reached; then the watch looks at once.
    pub async fn perform(
        &self,
        token: Option<&SecretText>,
        name: &str,
        request_id: Option<&str>,
        request: &Value,
    ) -> Result<Answered, WireFailure> {
        let answered = self.client.perform(token, name, request_id, request).await;
        if answered.as_ref().is_err_and(|failure| failure.code == UNREACHABLE) {
            self.look_now.notify_one();
        }
        answered
    }

    /// Keeps the session in the keyring; without one it lives as long as this program.
    pub async fn keep(&self, token: &SecretText, operator_id: &str) {
        let device = self.client.device().to_text();
        let text = format!("{} {operator_id} {}", device.expose_secret(), token.expose());
        self.keyring.write(&self.entry, &SecretString::from(text)).await;
        // The watch waits for somebody to be signed in.
        self.look_now.notify_one();
    }

    /// Forgets the session.
    pub async fn forget(&self) {
        self.keyring.forget(&self.entry).await;
    }
}

impl Drop for AtServer {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

/// Listens for as long as somebody is signed in.
struct Watch {
    client: DeskClient,
    seat: Arc<Seat>,
    tell: super::events::Tell,
    look_now: Arc<Notify>,
    last: Option<String>,
    heard: VecDeque<String>,
    missed: u32,
}

impl Watch {
    async fn run(mut self) {
        loop {
            self.end_what_was_locked().await;
            let Some(token) = self.seat.session_token() else {
                self.last = None;
                let _ = tokio::time::timeout(EVERY, self.look_now.notified()).await;
                continue;
            };
            match self.client.events(Some(&token), self.last.as_deref()).await {
                Ok(stream) => {
                    if self.missed >= MISSED {
                        (self.tell)(DeskEvent::of_connection("connection_back"));
                    }
                    self.missed = 0;
                    self.listen(stream, &token).await;
                }
                Err(failure) if failure.code == "signed_out" => self.signed_out(&token),
                Err(_) => self.miss(),
            }
            if self.missed > 0 {
                let _ = tokio::time::timeout(EVERY, self.look_now.notified()).await;
            }
        }
    }

    /// Hears what comes until the stream breaks, another session begins, or an operation could not reach the server.
    async fn listen(&mut self, mut stream: EventStream, token: &SecretText) {
        loop {
            let next = tokio::select! {
                next = stream.next() => next,
                () = self.look_now.notified() => return,
                () = tokio::time::sleep(EVERY) => {
                    if self.seat.token().is_none_or(|now| now.expose() != token.expose()) {
                        return;
                    }
                    continue;
                }
            };
            match next {
                Ok(Some(event)) if event.kind == "signed_out" => return self.signed_out(token),
                Ok(Some(event)) if self.is_new(&event) => (self.tell)(event),
                Ok(_) => {}
                Err(_) => return self.miss(),
            }
            self.last = stream.last().map(str::to_owned);
        }
    }

    fn miss(&mut self) {
        self.missed += 1;
        if self.missed == MISSED {
            (self.tell)(DeskEvent::of_connection("connection_lost"));
        }
    }

    /// The session is over; unless somebody signed in anew meanwhile.
    fn signed_out(&mut self, token: &SecretText) {
        if self.seat.token().is_some_and(|now| now.expose() == token.expose()) {
            self.seat.leave();
            (self.tell)(DeskEvent::of_connection("signed_out"));
        }
    }

    fn is_new(&mut self, event: &DeskEvent) -> bool {
        if event.id.is_empty() || self.heard.contains(&event.id) {
            return false;
        }
        self.heard.push_back(event.id.clone());
        if self.heard.len() > REMEMBERED {
            self.heard.pop_front();
        }
        true
    }

    /// A desk that was locked while the server was away: its session is ended now that it answers again.
    async fn end_what_was_locked(&self) {
        while let Some(token) = self.seat.locked_alone() {
            let ended = self.client.perform(Some(&token), LockDesk::NAME, None, &json!({})).await;
            if !lock_is_known(ended.as_ref().map(drop).map_err(|failure| failure.code.as_str())) {
                return;
            }
            self.seat.lock_is_known();
        }
    }
}
