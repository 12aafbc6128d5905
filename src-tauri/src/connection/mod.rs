//! What the window is connected to: nothing, a database whose keys are still shut, or an open desk. One lock orders
//! everything: a change of connection waits for the operations under way, and operations wait for the change.

pub mod chosen;
mod demo;
pub mod events;
mod live;
mod open;
mod pages;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use recovery_desk::operation::Operation;
use recovery_desk::operations::operator_sign_out::OperatorSignOut;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::home::Home;
use crate::keyring::{Keyring, KeyringState};
use crate::problem::Problem;
use crate::seat::Seat;
use chosen::{Choice, Chosen};
use events::Tell;
use live::{Reached, Waiting};
pub use open::Open;
pub use server::AtServer;

/// What a connection is made with.
pub struct Around {
    /// The folder of this window.
    pub home: Home,
    /// The keyring.
    pub keyring: Keyring,
    /// Who is signed in.
    pub seat: Arc<Seat>,
    /// How the page is told what happened.
    pub tell: Tell,
}

/// The window's connection.
pub struct Connection {
    around: Around,
    now: RwLock<Now>,
}

enum Now {
    /// Not looked at yet what was chosen last.
    NotStarted,
    /// Nothing chosen, or why what was chosen can't be opened.
    None { reason: Option<String> },
    /// The passphrase is needed.
    Waiting { waiting: Waiting, keyring: KeyringState },
    /// Open.
    Open { way: Way, chosen: Chosen, keyring: KeyringState },
}

/// Where operations are done.
#[derive(Debug)]
pub enum Way {
    /// Here, on the database itself.
    Here(Box<Open>),
    /// At a desk server.
    Server(AtServer),
}

/// The connection as the page sees it; the theme is added by whoever has the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectionView {
    /// `none`, `demo`, `sqlite`, `postgres`, `server`.
    pub mode: &'static str,
    /// What a person recognises it by.
    pub label: String,
    /// How the keyring does.
    pub keyring: KeyringState,
    /// Whether the recovery passphrase is to be set or asked.
    pub needs_passphrase: bool,
    /// Whether it is to be set.
    pub first_run: bool,
    /// Why the connection chosen last is not there.
    pub reason: Option<String>,
}

impl Connection {
    /// Not connected yet.
    pub fn new(around: Around) -> Self {
        Self { around, now: RwLock::new(Now::NotStarted) }
    }

    /// Opens what was chosen last, the first time it is called.
    pub async fn start(&self) {
        let mut now = self.now.write().await;
        if !matches!(*now, Now::NotStarted) {
            return;
        }
        let opened = match Chosen::remembered(&self.around.home) {
            Ok(Some(chosen)) => self.reach(chosen, None, true).await,
            Ok(None) => Ok(Now::None { reason: None }),
            Err(problem) => Err(problem),
        };
        *now = opened.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the connection chosen last");
            Now::None { reason: Some(problem.to_string()) }
        });
    }

    /// How things are.
    pub async fn view(&self) -> ConnectionView {
        self.start().await;
        let (mut view, known) = view_of(&*self.now.read().await);
        if !known {
            view.keyring = self.around.keyring.state().await;
        }
        view
    }

    /// Connects to what the page chose. Whatever was connected before is closed first.
    ///
    /// # Errors
    /// Why not; nothing is connected then.
    pub async fn choose(&self, choice: Choice) -> Result<(), Problem> {
        let (chosen, password) = choice.parted(&self.around.home)?;
        let mut now = self.now.write().await;
        self.end(&mut now).await;
        *now = self.reach(chosen, password, false).await?;
        Ok(())
    }

    /// Sets the recovery passphrase of a new database.
    ///
    /// # Errors
    /// The passphrase, the disk, the database; it can be tried again.
    pub async fn set_passphrase(
        &self,
        passphrase: &SecretString,
        again: &SecretString,
    ) -> Result<(), Problem> {
        let mut now = self.now.write().await;
        let Now::Waiting { waiting, .. } = &*now else { return Err(Problem::NotAsked) };
        let (open, keyring) = waiting.set_passphrase(passphrase, again, &self.around).await?;
        *now = Now::Open { way: Way::Here(Box::new(open)), chosen: waiting.chosen.clone(), keyring };
        Ok(())
    }

    /// Opens the keys with the recovery passphrase.
    ///
    /// # Errors
    /// The passphrase is wrong; it can be tried again.
    pub async fn open_with(&self, passphrase: &SecretString) -> Result<(), Problem> {
        let mut now = self.now.write().await;
        let Now::Waiting { waiting, .. } = &*now else { return Err(Problem::NotAsked) };
        let (open, keyring) = waiting.open_with(passphrase, &self.around).await?;
        *now = Now::Open { way: Way::Here(Box::new(open)), chosen: waiting.chosen.clone(), keyring };
        Ok(())
    }

    /// Leaves the connection: back to the first choice. What this computer held for it goes: the keyring's copies.
    ///
    /// # Errors
    /// The disk.
    pub async fn leave(&self) -> Result<(), Problem> {
        let mut now = self.now.write().await;
        let left = match &*now {
            Now::Waiting { waiting, .. } => Some(waiting.chosen.clone()),
            Now::Open { chosen, .. } => Some(chosen.clone()),
            Now::NotStarted | Now::None { .. } => None,
        };
        self.end(&mut now).await;
        Chosen::forget(&self.around.home)?;
        let keyring = &self.around.keyring;
        match left {
            None | Some(Chosen::Demo {}) => {}
            Some(chosen @ Chosen::Server { .. }) => drop(keyring.forget(&chosen.session_entry()).await),
            Some(chosen) => {
                keyring.forget(&chosen.keys_entry()).await;
                if matches!(chosen, Chosen::Postgres { .. }) {
                    keyring.forget(&chosen.login_entry()).await;
                }
            }
        }
        Ok(())
    }

    /// Throws the demo data away and makes it anew.
    ///
    /// # Errors
    /// There is no demo open, or it can't be made.
    pub async fn reset_demo(&self) -> Result<(), Problem> {
        let mut now = self.now.write().await;
        if !matches!(&*now, Now::Open { chosen: Chosen::Demo {}, .. }) {
            return Err(Problem::NotDemo);
        }
        self.end(&mut now).await;
        demo::throw_away(&self.around.home)?;
        *now = self.reach(Chosen::Demo {}, None, true).await?;
        Ok(())
    }

    /// Ends the session before the window closes, so that no verdict outlives it.
    pub async fn sign_out(&self) {
        if let Now::Open { way, .. } = &*self.now.read().await {
            self.sign_out_of(way).await;
        }
    }

    /// Where operations are done, held open while the guard lives.
    ///
    /// # Errors
    /// [`Problem::NotConnected`].
    pub async fn way(&self) -> Result<RwLockReadGuard<'_, Way>, Problem> {
        RwLockReadGuard::try_map(self.now.read().await, |now| match now {
            Now::Open { way, .. } => Some(way),
            _ => None,
        })
        .map_err(|_| Problem::NotConnected)
    }

    /// The desk that is open here, held open while the guard lives.
    ///
    /// # Errors
    /// [`Problem::NotConnected`]; also where the desk is a server's.
    pub async fn desk(&self) -> Result<RwLockReadGuard<'_, Open>, Problem> {
        RwLockReadGuard::try_map(self.way().await?, |way| match way {
            Way::Here(open) => Some(&**open),
            Way::Server(_) => None,
        })
        .map_err(|_| Problem::NotConnected)
    }

    /// Who is signed in.
    pub fn seat(&self) -> &Seat {
        &self.around.seat
    }

    async fn reach(
        &self,
        chosen: Chosen,
        password: Option<SecretString>,
        again: bool,
    ) -> Result<Now, Problem> {
        let now = match chosen {
            Chosen::Demo {} => {
                let open = demo::open(&self.around).await?;
                Now::Open {
                    way: Way::Here(Box::new(open)),
                    chosen: chosen.clone(),
                    keyring: KeyringState::Ok,
                }
            }
            Chosen::Server { .. } => {
                let (server, keyring) = AtServer::connect(&chosen, &self.around).await?;
                // What was chosen before is gone back to when its server is away; a new choice has to answer.
                if !again {
                    server.greet().await?;
                }
                Now::Open { way: Way::Server(server), chosen: chosen.clone(), keyring }
            }
            _ => match live::connect(&chosen, password, &self.around).await? {
                (Reached::Open(open), keyring) => {
                    Now::Open { way: Way::Here(Box::new(open)), chosen: chosen.clone(), keyring }
                }
                (Reached::Waiting(waiting), keyring) => Now::Waiting { waiting, keyring },
            },
        };
        chosen.remember(&self.around.home)?;
        Ok(now)
    }

    async fn end(&self, now: &mut Now) {
        match std::mem::replace(now, Now::None { reason: None }) {
            Now::Open { way, .. } => {
                self.sign_out_of(&way).await;
                if let Way::Here(open) = way {
                    open.close().await;
                }
            }
            Now::Waiting { waiting, .. } => waiting.close().await,
            Now::NotStarted | Now::None { .. } => {}
        }
    }

    async fn sign_out_of(&self, way: &Way) {
        if self.around.seat.operator_id().is_none() {
            return;
        }
        if let Err(failure) =
            crate::perform::at(way, self.seat(), OperatorSignOut::NAME, None, json!({})).await
        {
            tracing::info!(code = failure.code, "signing out");
        }
        if let Way::Server(server) = way {
            server.forget().await;
        }
        self.around.seat.leave();
    }
}

/// The view, and whether the state of the keyring in it is known.
fn view_of(now: &Now) -> (ConnectionView, bool) {
    let (chosen, first_run, keyring, reason) = match now {
        Now::NotStarted => (None, None, None, None),
        Now::None { reason } => (None, None, None, reason.clone()),
        Now::Waiting { waiting, keyring } => {
            (Some(&waiting.chosen), Some(waiting.first_run()), Some(*keyring), None)
        }
        Now::Open { chosen, keyring, .. } => (Some(chosen), None, Some(*keyring), None),
    };
    let view = ConnectionView {
        mode: chosen.map_or("none", Chosen::mode),
        label: chosen.map_or_else(String::new, Chosen::label),
        keyring: keyring.unwrap_or(KeyringState::Absent),
        needs_passphrase: first_run.is_some(),
        first_run: first_run == Some(true),
        reason,
    };
    (view, keyring.is_some())
}
