//! Putting the demo data in: one operation of the system, once, into an empty database marked as demo.

use futures_util::{StreamExt, TryStreamExt, stream};
use recovery_rules::answers::AnswerRule;
use recovery_rules::call_reference::CallReference;
use recovery_rules::passwords::Password;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use super::calls::{REFERENCES, STORIES};
use super::insert::{self, Hashed, canonical_answers};
use super::people::{PASSPHRASE, everybody};
use super::play::{self, Cast, new_password};
use crate::caller::{Actor, Caller};
use crate::desk::Desk;
use crate::failure::{Failure, Fault, Stop};
use crate::hashing::InLine;
use crate::operation::{Judging, Kind, Operation};
use crate::operations::look_up::reference_hash;
use crate::perform::JudgingShape;
use crate::store::security_answers::AnswerRow;
use crate::store::{call_references, meta, operators, users};
use crate::work::{About, Work};

/// Hashes computed at once: under the bound of the hasher's waiting line.
const AT_ONCE: usize = 16;

/// A demo's call references live for as long as somebody keeps the demo, or the card would give a dead one.
const REFERENCES_LIVE: Span = Span::days(366);

/// Why there is no demo data now.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Real people are kept here, or will be.
    #[error("This database is not a demo. Demo data goes into a demo database only.")]
    NotADemo,
    /// There is somebody in it.
    #[error("This demo has its data already. Reset it to begin anew.")]
    NotEmpty,
    /// Something broke; nothing was put in.
    #[error("{0}")]
    Failed(Failure),
}

/// Puts the demo data in. Call it once after opening a new demo desk, before its caretaker starts.
///
/// # Errors
/// [`SeedError`]; then nothing was put in.
pub async fn seed(desk: &Desk) -> Result<(), SeedError> {
    match desk.perform(&Caller::System("demo"), Door::System, None, SeedDemo {}).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(Refusal::DemoOnly)) => Err(SeedError::NotADemo),
        Err(Failure::Refused(Refusal::OperatorsExist)) => Err(SeedError::NotEmpty),
        Err(failure) => Err(SeedError::Failed(failure)),
    }
}

/// Puts the demo data in.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedDemo {}

/// How much there is now.
#[derive(Debug, Serialize)]
pub struct Seeded {
    /// People with an account.
    pub users: usize,
    /// Calls of the last days.
    pub calls: usize,
}

impl Operation for SeedDemo {
    const NAME: &'static str = "seed_demo";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Seeded;
    type Shape = JudgingShape;
}

/// Nothing is judged here; the shape is taken because hashing must not happen inside a transaction.
impl Judging for SeedDemo {
    type Reserved = ();
    type Judged = Hashed;
    const HASHES: usize = AT_ONCE;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        empty_demo(work).await
    }

    async fn judge(&self, _reserved: &(), hasher: &InLine) -> Result<Hashed, Stop> {
        Ok(Hashed {
            password: hasher.hash_password(&Password::new(PASSPHRASE.to_owned())).await?,
            new_password: hasher.hash_password(&Password::new(new_password())).await?,
            answers: hash_answers(hasher).await?,
        })
    }

    async fn settle(self, _reserved: (), hashed: Hashed, work: &mut Work<'_>) -> Result<Seeded, Stop> {
        empty_demo(work).await?;
        let now = work.now;
        let cast = insert::everything(hashed, work).await?;
        put_references(&cast, work).await?;
        // The stories lie in the past, and the clock's guard would take them for a clock that stepped back.
        meta::set(&mut work.tx, "latest_moment", "0").await?;
        for story in STORIES {
            play::play(story, &cast, now, work).await?;
        }
        work.now = now;
        work.actor = Actor::System("demo");
        work.about = About::default();
        let seeded = Seeded { users: cast.users.len(), calls: STORIES.len() };
        work.note("users", seeded.users);
        work.note("calls", seeded.calls);
        Ok(seeded)
    }
}

async fn empty_demo(work: &mut Work<'_>) -> Result<(), Stop> {
    if !work.desk.demo {
        return Err(Refusal::DemoOnly.into());
    }
    if users::count(&mut work.tx).await? > 0 || operators::count(&mut work.tx).await? > 0 {
        return Err(Refusal::OperatorsExist.into());
    }
    Ok(())
}

async fn hash_answers(hasher: &InLine) -> Result<Vec<Vec<AnswerRow>>, Stop> {
    let one = |(slot, question_id, answer)| async move {
        let answer_hash = hasher.hash_answer(&answer).await?;
        let rule_version = AnswerRule::CURRENT.version();
        Ok::<_, Stop>(AnswerRow { slot, question_id: str::to_owned(question_id), rule_version, answer_hash })
    };
    let of_all: Vec<_> = everybody().flat_map(canonical_answers).map(one).collect();
    let mut hashed: std::vec::IntoIter<AnswerRow> =
        stream::iter(of_all).buffered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter();
    Ok(everybody().map(|person| hashed.by_ref().take(person.answers().len()).collect()).collect())
}

async fn put_references(cast: &Cast, work: &mut Work<'_>) -> Result<(), Stop> {
    for (address, text, ago) in REFERENCES {
        let wrong = || Fault::Stored(format!("the demo's call reference {text}"));
        let user_id = cast.users.get(*address).ok_or_else(wrong)?;
        let hash = reference_hash(work, &CallReference::parse(text).map_err(|_| wrong())?);
        let (id, given) = (work.new_id(), work.now - Span::minutes(*ago));
        call_references::insert(&mut work.tx, &id, user_id, &hash, given, work.now + REFERENCES_LIVE).await?;
    }
    Ok(())
}
