//! What an operation is: one request type with one answer type, who may ask for it, through which door, and
//! one of two shapes. `perform` is the only code that runs one.

use std::hash::Hash;

use recovery_rules::roles::{Door, Who};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Stop;
use crate::hashing::InLine;
use crate::perform::Shape;
use crate::secret::SecretText;
use crate::work::Work;

/// What kind of transaction an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only reads; not audited, no request id.
    Read,
    /// Reads for a person, spends a limit and is audited, changes nothing else; no request id.
    Look,
    /// Changes something: audited, and a request id makes a retry harmless.
    Change,
    /// Changes something once by its own nature (a link's single use, a wrong password counted); audited,
    /// needs no request id. For browsers without JavaScript, whose forms have none.
    ChangeOnce,
    /// Keeps the house in order (leases, sealing, sweeping) without changing what anybody can see; not audited.
    Maintain,
}

/// What an answer does to the session of whoever asked. The token never becomes part of the answer's JSON.
#[derive(Clone, Debug)]
pub enum SessionChange {
    /// Nothing.
    None,
    /// Signed in: keep this token.
    Started(SecretText),
    /// Half signed in: keep this token until the code was given.
    Arriving(SecretText),
    /// Signed out or locked: forget the token.
    Ended,
}

/// One thing that can be done.
pub trait Operation: DeserializeOwned + Hash + Send + Sync + Sized + 'static {
    /// The name in the table, on the wire and in the audit log.
    const NAME: &'static str;
    /// Who may ask for it.
    const WHO: Who;
    /// Through which doors.
    const DOORS: &'static [Door];
    /// What kind of transaction it is.
    const KIND: Kind;
    /// Whether desks may ask for it over the network, where the desk's door leads to it: what makes a first
    /// administrator out of nobody, and what shows demo data's secrets, stays with the window on the database's own
    /// machine.
    const OVER_NETWORK: bool = true;
    /// The answer.
    type Answer: Serialize + Send + Sync + 'static;
    /// Plain, or reserve-judge-settle.
    type Shape: Shape<Self>;

    /// What the answer does to the session.
    fn session(_answer: &Self::Answer) -> SessionChange {
        SessionChange::None
    }

    /// What is kept of an answer for a repeated request: codes and ids, never secrets.
    fn kept(_answer: &Self::Answer) -> String {
        String::new()
    }

    /// The answer to a repeated request, from what was kept and the state now. What can be shown only once is
    /// not shown again.
    fn repeated(
        self,
        _kept: &str,
        _work: &mut Work<'_>,
    ) -> impl Future<Output = Result<Self::Answer, Stop>> + Send {
        async { Err(recovery_rules::refusal::Refusal::RequestIdReused.into()) }
    }
}

/// The plain shape: one transaction.
pub trait Plain: Operation {
    /// Runs inside the transaction. A refusal undoes what it did so far; a fault undoes everything.
    fn run(self, work: &mut Work<'_>) -> impl Future<Output = Result<Self::Answer, Stop>> + Send;
}

/// The shape of everything that judges a secret: the try is spent and committed before anything is compared,
/// and no transaction or connection is held while Argon2 works.
pub trait Judging: Operation {
    /// What the reservation found.
    type Reserved: Send + Sync;
    /// What the comparison came to.
    type Judged: Send;
    /// How many Argon2 hashes `judge` computes at once: so many places in the line are taken before anything is
    /// spent, and without them the request is refused as *busy* at no cost to anybody.
    const HASHES: usize = 1;

    /// First transaction: authorise, spend the try.
    fn reserve(&self, work: &mut Work<'_>) -> impl Future<Output = Result<Self::Reserved, Stop>> + Send;
    /// No transaction: compare.
    fn judge(
        &self,
        reserved: &Self::Reserved,
        hasher: &InLine,
    ) -> impl Future<Output = Result<Self::Judged, Stop>> + Send;
    /// Second transaction: authorised again; epoch unchanged; verdict and messages.
    fn settle(
        self,
        reserved: Self::Reserved,
        judged: Self::Judged,
        work: &mut Work<'_>,
    ) -> impl Future<Output = Result<Self::Answer, Stop>> + Send;
}
