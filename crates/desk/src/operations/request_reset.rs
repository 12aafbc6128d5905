//! *Forgot password*: asking for a link. Known, unknown, locked and closed get the same answer out of the same
//! statements; what differs is done later, by the system itself, when nobody waits for it.

use recovery_rules::approvals::reset_by_link_waits;
use recovery_rules::email::Email;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::reset::{REQUEST_WINDOWS, one_more_link, request_counts};
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::Account;
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::reset::password_mark;
use crate::store::counters::{self, Counter};
use crate::store::{links, resets, two_step, users};
use crate::work::Work;

/// Requests prepared at once.
const BATCH: i64 = 50;

/// Asks for a reset link.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// What was typed.
    pub email: String,
    /// Where it comes from, as the server saw it; limits count by it.
    pub source: String,
}

/// The one answer.
#[derive(Debug, Serialize)]
pub struct ResetRequested {}

impl Operation for RequestReset {
    const NAME: &'static str = "request_reset";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = ResetRequested;
    type Shape = PlainShape;
}

impl Plain for RequestReset {
    async fn run(self, work: &mut Work<'_>) -> Result<ResetRequested, Stop> {
        // What is no address at all is told so: that says nothing about anybody.
        let email = Email::parse(&self.email)
            .map_err(|problem| Refusal::BadField { field: "email", problem: problem.code() })?;
        let (address, keys, now) = (email.folded(), &work.desk.keys, work.now);
        let [day, hour, all] = REQUEST_WINDOWS;
        let tx = &mut work.tx;
        let of_address = counters::spend(tx, keys, Counter::ResetAddress, &address, day, now).await?;
        let of_source = counters::spend(tx, keys, Counter::ResetSource, &self.source, hour, now).await?;
        let of_all = counters::spend(tx, keys, Counter::Resets, "all", all, now).await?;
        // A limit that is reached looks the same and locks nothing (D6.1, D6.7).
        let counts = request_counts(of_address, of_source, of_all, &work.policy);
        let id = work.new_id();
        resets::ask(&mut work.tx, &id, &address, counts, work.now).await?;
        work.note("counts", counts);
        Ok(ResetRequested {})
    }
}

/// Which requests wait.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetsAsked {}

/// Their ids.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// Oldest first.
    pub ids: Vec<String>,
}

impl Operation for ResetsAsked {
    const NAME: &'static str = "resets_asked";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Asked;
    type Shape = PlainShape;
}

impl Plain for ResetsAsked {
    async fn run(self, work: &mut Work<'_>) -> Result<Asked, Stop> {
        Ok(Asked { ids: resets::asked(&mut work.tx, BATCH).await? })
    }
}

/// Makes a link of a request, if there is an account and it may have one.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrepareReset {
    /// The request.
    pub id: String,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub struct Prepared {
    /// Whether a letter was queued.
    pub queued: bool,
}

impl Operation for PrepareReset {
    const NAME: &'static str = "prepare_reset";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Prepared;
    type Shape = PlainShape;
}

impl Plain for PrepareReset {
    async fn run(self, work: &mut Work<'_>) -> Result<Prepared, Stop> {
        let address = resets::take_request(&mut work.tx, &self.id).await?.ok_or(Refusal::NotFound)?;
        let Some(found) = users::by_email(&mut work.tx, &address).await? else {
            return queue_no_account(&address, work).await;
        };
        let user = users::lock(&mut work.tx, &found.id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        match user.account()? {
            Account::Active => queue_link(&user, work).await,
            Account::Locked => queue_locked(&user, work).await,
            // Left the company: nothing works, and nobody writes to the address.
            Account::Closed => Ok(Prepared { queued: false }),
        }
    }
}

async fn queue_link(user: &users::User, work: &mut Work<'_>) -> Result<Prepared, Stop> {
    if let Some(until) = waits_until(user, work).await? {
        return queue_waits(user, until, work).await;
    }
    let (live, newest) = resets::live_links(&mut work.tx, &user.id, work.now).await?;
    if !one_more_link(newest, live, &work.policy, work.now) {
        work.note("held_back", true);
        return Ok(Prepared { queued: false });
    }
    let link = links::Link::new(work.new_id(), user, "reset", &user.email, work.now);
    links::insert(&mut work.tx, &link).await?;
    let mark = password_mark(&work.desk.keys, user);
    resets::insert(&mut work.tx, &link.id, &user.id, &mark).await?;
    let letter = Letter { link_id: Some(&link.id), ..Letter::to(&user.id, &user.email, "reset") };
    letters_queue::queue(work, letter, serde_json::json!({})).await?;
    Ok(Prepared { queued: true })
}

/// Whether 2-step was reset by one administrator alone a moment ago.
async fn waits_until(user: &users::User, work: &mut Work<'_>) -> Result<Option<Moment>, Stop> {
    let keys = &work.desk.keys;
    let alone = counters::seen(&mut work.tx, keys, Counter::TwoStepResetAlone, &user.id).await?;
    let state = two_step::of(&mut work.tx, &user.id).await?.state()?;
    Ok(reset_by_link_waits(alone.map(|spent| spent.last_at), state, work.now))
}

/// The owner learns until when there is no link, and what to do instead, once a day.
async fn queue_waits(user: &users::User, until: Moment, work: &mut Work<'_>) -> Result<Prepared, Stop> {
    work.note("waits", true);
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let counter = Counter::ResetWaitsLetters;
    if counters::spend_within(&mut work.tx, keys, counter, &user.id, 1, day, now).await?.is_err() {
        return Ok(Prepared { queued: false });
    }
    let facts = serde_json::json!({ "until": until.0 });
    letters_queue::queue(work, Letter::to(&user.id, &user.email, "reset_waits"), facts).await?;
    Ok(Prepared { queued: true })
}

/// A locked account can't reset by itself; its owner learns what to do, once a day.
async fn queue_locked(user: &users::User, work: &mut Work<'_>) -> Result<Prepared, Stop> {
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let first =
        counters::spend_within(&mut work.tx, keys, Counter::ResetLockedLetters, &user.id, 1, day, now)
            .await?;
    if first.is_err() {
        return Ok(Prepared { queued: false });
    }
    letters_queue::queue(work, Letter::to(&user.id, &user.email, "reset_locked"), serde_json::json!({}))
        .await?;
    Ok(Prepared { queued: true })
}

/// Nobody has this address: it is told so where policy wants it, a few times a day (D6.2).
async fn queue_no_account(address: &str, work: &mut Work<'_>) -> Result<Prepared, Stop> {
    let limit = work.policy.count(Number::NoAccountLettersADay);
    if limit == 0 {
        return Ok(Prepared { queued: false });
    }
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let counter = Counter::NoAccountLetters;
    if counters::spend_within(&mut work.tx, keys, counter, address, limit, day, now).await?.is_err() {
        return Ok(Prepared { queued: false });
    }
    letters_queue::queue(work, Letter::to_nobody(address, "no_account"), serde_json::json!({})).await?;
    Ok(Prepared { queued: true })
}
