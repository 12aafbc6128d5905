//! Checking the four answers: one submit, one verdict, never which. The check is spent and committed before
//! anything is compared, on the call and on the user's day over all agents.

use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::call::{self as rules, CannotVerify, can_be_verified};
use recovery_rules::notes::holds_answer;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::failure::{Fault, Stop};
use crate::hashing::InLine;
use crate::letters_queue::{self, Letter};
use crate::operation::{Judging, Kind, Operation};
use crate::operations::call_view::{CallView, call_view, caller_facts};
use crate::operations::open_call::{lock_own_open_call, own_call};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{calls, events, outbox, security_answers, users};
use crate::tally;
use crate::work::Work;

/// An answer is no longer than this; what is longer is not compared at all.
const LONGEST: usize = 200;

/// Checks what the caller said.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CheckAnswers {
    /// The call.
    pub call_id: String,
    /// What the caller said, by slot; none where the caller doesn't know.
    pub answers: [Option<SecretText>; 4],
}

/// The one verdict.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verdict {
    /// Verified or not.
    pub verified: bool,
    /// The call as it is now.
    pub call: CallView,
}

/// What is compared.
#[derive(Debug)]
pub struct Reserved {
    epoch: i64,
    /// The how manieth check of the call.
    check: i64,
    hashes: Vec<security_answers::AnswerRow>,
    /// The pause that this check began, as the last one of the user's day.
    pause: Option<Pause>,
    by_reference: bool,
}

/// A pause that holds unless the check turns out right: begun with its reservation, so that neither a process that dies
/// nor a change of the account while the answers are compared skips it.
#[derive(Debug)]
struct Pause {
    until: Moment,
    /// The notice. It waits for the verdict, but not for long.
    notice: String,
}

/// A notice of a pause is sent after this, whatever became of the check.
const NOTICE_WAITS: Span = Span::minutes(1);

impl Operation for CheckAnswers {
    const NAME: &'static str = "check_answers";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = Verdict;
    type Shape = JudgingShape;

    fn kept(answer: &Verdict) -> String {
        format!("{}:{}", if answer.verified { "verified" } else { "not_verified" }, answer.call.call_id)
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<Verdict, Stop> {
        let (verdict, call_id) =
            kept.split_once(':').ok_or_else(|| Fault::Stored("a kept verdict without a call".to_owned()))?;
        Ok(Verdict { verified: verdict == "verified", call: own_call(call_id, work).await? })
    }
}

impl Judging for CheckAnswers {
    type Reserved = Reserved;
    type Judged = usize;
    const HASHES: usize = 4;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Reserved, Stop> {
        let typed: Vec<_> = self.answers.iter().flatten().map(SecretText::expose).collect();
        if typed.iter().all(|answer| answer.trim().is_empty()) {
            return Err(Refusal::BadField { field: "answers", problem: "answers_missing" }.into());
        }
        if typed.iter().any(|answer| answer.chars().count() > LONGEST) {
            return Err(Refusal::BadField { field: "answers", problem: "answer_too_long" }.into());
        }
        let (call, user) = lock_own_open_call(&self.call_id, work).await?;
        refuse_answers_in_notes(&call.notes, &typed)?;
        let caller = caller_facts(&user, work).await?;
        let by_reference = call.reference.is_some();
        can_be_verified(&caller, by_reference, work.now).map_err(|_| Refusal::CannotBeVerified)?;
        if user.security_epoch != call.epoch {
            return Err(Refusal::AccountChanged.into());
        }
        let per_call = work.policy.count(Number::ChecksACall);
        if !calls::spend_check(&mut work.tx, &call.id, per_call, work.now).await? {
            return Err(Refusal::NoChecksLeft.into());
        }
        let (counter, a_day) = day_budget(by_reference, work);
        let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
        let spent = counters::spend_sliding(&mut work.tx, keys, counter, &user.id, a_day, day, now)
            .await?
            .map_err(|_| Refusal::NoChecksLeft)?;
        work.note("check", call.checks_used + 1);
        let pause =
            if spent >= a_day { Some(begin_pause(&call, &user, by_reference, work).await?) } else { None };
        Ok(Reserved {
            epoch: user.security_epoch,
            check: call.checks_used + 1,
            hashes: security_answers::hashes(&mut work.tx, &user.id).await?,
            pause,
            by_reference,
        })
    }

    async fn judge(&self, reserved: &Reserved, hasher: &InLine) -> Result<usize, Stop> {
        let mut pairs = Vec::with_capacity(reserved.hashes.len());
        for row in &reserved.hashes {
            let rule = AnswerRule::from_version(row.rule_version)
                .ok_or_else(|| Fault::Stored(format!("answer rule {}", row.rule_version)))?;
            // An answer the caller doesn't know is compared all the same: the time says nothing of how many.
            pairs.push((CanonicalAnswer::new(rule, self.said(row.slot)), row.answer_hash.clone()));
        }
        let empty: Vec<bool> = pairs.iter().map(|(answer, _)| answer.is_empty()).collect();
        let verdicts = hasher.verify_answers(pairs).await?;
        Ok(verdicts.into_iter().zip(empty).filter(|(right, empty)| *right && !empty).count())
    }

    async fn settle(self, reserved: Reserved, right: usize, work: &mut Work<'_>) -> Result<Verdict, Stop> {
        let (call, user) = lock_own_open_call(&self.call_id, work).await?;
        // The owner may have replaced the answers while they were compared (D2.3).
        let same_answers = security_answers::hashes(&mut work.tx, &user.id).await? == reserved.hashes;
        if user.security_epoch != reserved.epoch || !same_answers {
            return Err(Refusal::AccountChanged.into());
        }
        // "This wasn't me" may have been pressed while the answers were compared.
        let caller = caller_facts(&user, work).await?;
        if let Err(CannotVerify::Stopped(_) | CannotVerify::Closed) =
            can_be_verified(&caller, reserved.by_reference, work.now)
        {
            return Err(Refusal::CannotBeVerified.into());
        }
        // Another check of the same user may have begun the pause meanwhile; a verdict after it would be one
        // more than the budget only if the counter let it pass, and the counter did not.
        let verified = rules::verified(right, &work.policy);
        work.note("verdict", if verified { "verified" } else { "not_verified" });
        if verified {
            let until = work.now + work.policy.span(Number::VerifiedLasts);
            calls::verified(&mut work.tx, &call.id, work.now, until).await?;
        }
        if let Some(pause) = &reserved.pause {
            settle_pause(pause, verified, &call, reserved.by_reference, work).await?;
        }
        let about = events::About { call_id: Some(&call.id), user_id: Some(&user.id), operator_id: None };
        work.tell_desks(events::Kind::CallChanged, about).await?;
        let call = calls::by_id(&mut work.tx, &call.id).await?.ok_or(Refusal::NotFound)?;
        let not_known = |row: &security_answers::AnswerRow| self.said(row.slot).trim().is_empty();
        let questions: Vec<_> =
            reserved.hashes.iter().map(|row| (row.question_id.as_str(), not_known(row))).collect();
        tally::check(reserved.check, verified, &questions, work).await?;
        Ok(Verdict { verified, call: call_view(call, work).await? })
    }
}

impl CheckAnswers {
    /// What the caller said to the question of a slot; empty where the caller doesn't know.
    fn said(&self, slot: i64) -> &str {
        let answer = usize::try_from(slot - 1).ok().and_then(|i| self.answers.get(i));
        answer.and_then(Option::as_ref).map_or("", SecretText::expose)
    }
}

/// Notes are read by others: an answer that was written into them is refused before a check is spent.
fn refuse_answers_in_notes(notes: &str, typed: &[&str]) -> Result<(), Refusal> {
    let answers: Vec<_> = typed.iter().map(|text| CanonicalAnswer::new(AnswerRule::CURRENT, text)).collect();
    if holds_answer(notes, &answers) {
        return Err(Refusal::BadField { field: "notes", problem: "notes_hold_an_answer" });
    }
    Ok(())
}

fn day_budget(by_reference: bool, work: &Work<'_>) -> (Counter, i64) {
    if by_reference {
        (Counter::ReferenceChecks, work.policy.count(Number::ReferenceChecksADay))
    } else {
        (Counter::Checks, work.policy.count(Number::ChecksADay))
    }
}

/// A right check takes its pause back before anybody heard of it; after a wrong one the user is told now.
async fn settle_pause(
    pause: &Pause,
    verified: bool,
    call: &calls::Call,
    by_reference: bool,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    if verified {
        users::lift_pause(&mut work.tx, &call.user_id, by_reference, pause.until).await?;
        calls::pause_lifted(&mut work.tx, &call.id).await?;
        outbox::take_back(&mut work.tx, &pause.notice).await?;
    } else {
        outbox::put_off_until(&mut work.tx, &pause.notice, work.now).await?;
        work.note("paused_until", pause.until.0);
    }
    Ok(())
}

/// The day's checks are used: phone verification pauses and the user will be told.
async fn begin_pause(
    call: &calls::Call,
    user: &users::User,
    by_reference: bool,
    work: &mut Work<'_>,
) -> Result<Pause, Stop> {
    let until = work.now + work.policy.span(Number::PauseLength);
    users::pause(&mut work.tx, &user.id, by_reference, until).await?;
    calls::pause_started(&mut work.tx, &call.id, work.now).await?;
    work.note("paused_until", until.0);
    let letter = Letter { call_id: Some(&call.id), ..Letter::to(&user.id, &call.address, "paused_notice") };
    let facts = serde_json::json!({ "until": until.0, "by_reference": by_reference });
    let notice = letters_queue::queue(work, letter, facts).await?;
    outbox::put_off_until(&mut work.tx, &notice, work.now + NOTICE_WAITS).await?;
    Ok(Pause { until, notice })
}
