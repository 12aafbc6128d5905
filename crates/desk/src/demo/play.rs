//! Plays the stories of `calls`: each step is the operation of its name, run as the one who did it and at its
//! moment, with its audit entry. Only what no operation can do (talking on, standing still) is written directly.

use std::collections::HashMap;

use recovery_rules::roles::Role;
use recovery_rules::states::MessageState;
use recovery_rules::time::{Moment, Span};

use super::calls::{Step, Story};
use super::people::PASSPHRASE;
use crate::audit::{self, Entry};
use crate::caller::{Actor, OperatorActor};
use crate::compose::compose;
use crate::failure::{Fault, Stop};
use crate::operation::{Judging, Operation, Plain};
use crate::operations::check_answers::CheckAnswers;
use crate::operations::deliver_to_demo::DeliverToDemo;
use crate::operations::end_call::{AbandonCall, EndCall};
use crate::operations::messages::{DueMessage, DueMessages, SettleMessage, TakeMessage};
use crate::operations::open_call::OpenCall;
use crate::operations::operator_sign_in::folded;
use crate::operations::pass_on::{FlagConcern, PassOn};
use crate::operations::redeem_unlock::{Judged, RedeemUnlock};
use crate::operations::repudiate::Repudiate;
use crate::operations::send_unlock::SendUnlock;
use crate::operations::unlock_link::OpenUnlockLink;
use crate::secret::SecretText;
use crate::store::{calls, operators, outbox};
use crate::work::{About, Work};

/// How long what stays as it is stays so. A demo is looked at for a day.
const ALL_DAY: Span = Span::hours(24);

/// The invented people and operators as they stand in the database.
#[derive(Debug, Default)]
pub(super) struct Cast {
    /// Ids by address.
    pub users: HashMap<String, String>,
    /// Ids by mailbox.
    pub operators: HashMap<&'static str, String>,
    /// The hash of the passphrase with `again` behind it, for whoever sets a new one.
    pub new_password: String,
}

/// A story while it is played.
struct Scene<'a> {
    cast: &'a Cast,
    operator: OperatorActor,
    user_id: &'a str,
    call_id: String,
    call_code: String,
    /// The secrets of the last unlock e-mail: unlock, not me.
    letter: Vec<SecretText>,
}

/// The new password of whoever used an unlock link in a story.
pub(super) fn new_password() -> String {
    format!("{PASSPHRASE} again")
}

/// Plays one story; `now` is the moment of the seeding.
pub(super) async fn play(story: &Story, cast: &Cast, now: Moment, work: &mut Work<'_>) -> Result<(), Stop> {
    let broken = |what: &str| Fault::Stored(format!("the demo's call about {}: {what}", story.about));
    let user_id = cast.users.get(story.about).ok_or_else(|| broken("no such user"))?;
    let operator_id = cast.operators.get(story.by).ok_or_else(|| broken("no such operator"))?;
    let mut scene = Scene {
        cast,
        operator: actor(operator_id, work).await?,
        user_id,
        call_id: String::new(),
        call_code: String::new(),
        letter: Vec::new(),
    };
    let opened = now - Span::minutes(story.ago);
    for (minutes, step) in story.steps {
        work.now = opened + Span::minutes(*minutes);
        // A story that breaks a rule is a mistake in the table, not a refusal of the seeding.
        scene.step(*step, work).await.map_err(|stop| match stop {
            Stop::Refused(refusal) => {
                Stop::Fault(broken(&format!("{step:?} is refused: {}", refusal.code())))
            }
            fault => fault,
        })?;
    }
    Ok(())
}

async fn actor(operator_id: &str, work: &mut Work<'_>) -> Result<OperatorActor, Stop> {
    let operator = operators::by_id(&mut work.tx, operator_id)
        .await?
        .ok_or_else(|| Fault::Stored("the demo's operator".to_owned()))?;
    let own =
        operators::own_account(&mut work.tx, operator.user_id.as_deref(), &folded(&operator.email)).await?;
    let (user_id, company_id) = own.unzip();
    Ok(OperatorActor {
        company_id,
        role: Role::from_name(&operator.role).unwrap_or(Role::Agent),
        id: operator.id,
        name: operator.name,
        email: operator.email,
        session_id: String::new(),
        user_id,
    })
}

impl Scene<'_> {
    async fn step(&mut self, step: Step, work: &mut Work<'_>) -> Result<(), Stop> {
        let (me, call_id) = (Actor::Operator(self.operator.clone()), self.call_id.clone());
        match step {
            Step::Open | Step::OpenBy(_) => {
                let reference = if let Step::OpenBy(text) = step { Some(text.to_owned()) } else { None };
                let open = OpenCall { user_id: self.user_id.to_owned(), reference };
                self.call_id = act(me, open, work).await?.call_id;
            }
            Step::Check(right) => {
                // How many are right is told, not typed: the answers of the demo are compared nowhere here.
                let said = || Some(SecretText::new("said on the phone"));
                let check = CheckAnswers { call_id, answers: [said(), said(), said(), said()] };
                judge(me, check, right, work).await?;
            }
            Step::Send | Step::SendAgain => {
                let send = SendUnlock { call_id, again: step == Step::SendAgain };
                self.call_code = act(me, send, work).await?.call_code.unwrap_or_default();
                return Ok(());
            }
            Step::Accepted => self.post(MessageState::Accepted, "250 2.0.0 OK", work).await?,
            Step::Ends(state, reply) => self.post(state, reply, work).await?,
            Step::TakenAgain => {
                let id = self.message(work).await?.id;
                act(mailer(), TakeMessage { id }, work).await?;
            }
            Step::Stays(state) => stay(&self.message(work).await?.id, state, work).await?,
            Step::Opened => {
                let link = self.secret(0)?;
                act(Actor::LinkHolder, OpenUnlockLink { link }, work).await?;
            }
            Step::Used => {
                let redeem = RedeemUnlock {
                    link: self.secret(0)?,
                    call_code: SecretText::new(self.call_code.clone()),
                    contact_code: SecretText::new(""),
                    new_password: SecretText::new(new_password()),
                };
                let judged = Judged::Right(self.cast.new_password.clone());
                judge(Actor::LinkHolder, redeem, judged, work).await?;
            }
            Step::NotMe => {
                let link = self.secret(1)?;
                act(Actor::LinkHolder, Repudiate { link }, work).await?;
            }
            Step::PassOn(reason, notes) => {
                let (reason, notes) = (reason.to_owned(), notes.to_owned());
                act(me, PassOn { call_id, reason, notes }, work).await?;
            }
            Step::Flag(notes) => {
                act(me, FlagConcern { call_id, notes: notes.to_owned() }, work).await?;
            }
            Step::End(notes) => {
                act(me, EndCall { call_id, notes: notes.to_owned() }, work).await?;
            }
            Step::LeftAlone => {
                act(Actor::System("caretaker"), AbandonCall { call_id }, work).await?;
            }
            Step::OnTheLine => {
                // Last used ahead of time, so that the caretaker doesn't find the call left alone.
                let until = work.now + ALL_DAY;
                calls::lock_open(&mut work.tx, &call_id, &self.operator.id, until).await?;
            }
        }
        deliver_the_rest(work).await
    }

    async fn message(&self, work: &mut Work<'_>) -> Result<outbox::Message, Stop> {
        let newest = outbox::newest_of_call(&mut work.tx, &self.call_id, "unlock").await?;
        Ok(newest.ok_or_else(|| Fault::Stored("the demo's unlock e-mail".to_owned()))?)
    }

    fn secret(&self, place: usize) -> Result<SecretText, Fault> {
        self.letter.get(place).cloned().ok_or_else(|| Fault::Stored("the demo's letter".to_owned()))
    }

    /// Takes the unlock e-mail for sending and says how that ended.
    async fn post(&mut self, state: MessageState, reply: &str, work: &mut Work<'_>) -> Result<(), Stop> {
        let id = self.message(work).await?.id;
        self.letter = send(id, state, reply, work).await?;
        Ok(())
    }
}

/// Runs an operation as somebody, with its audit entry.
async fn act<O: Plain>(who: Actor, request: O, work: &mut Work<'_>) -> Result<O::Answer, Stop> {
    work.actor = who;
    work.about = About::default();
    let answer = request.run(work).await?;
    audit::append(work, done::<O>("done")).await?;
    Ok(answer)
}

/// The same for an operation that judges; what comes out is told.
async fn judge<O: Judging>(
    who: Actor,
    request: O,
    judged: O::Judged,
    work: &mut Work<'_>,
) -> Result<O::Answer, Stop> {
    work.actor = who;
    work.about = About::default();
    let reserved = request.reserve(work).await?;
    audit::append(work, done::<O>("reserved")).await?;
    let answer = request.settle(reserved, judged, work).await?;
    audit::append(work, done::<O>("done")).await?;
    Ok(answer)
}

fn done<O: Operation>(result: &'static str) -> Entry {
    Entry { operation: O::NAME, result, code: None }
}

const fn mailer() -> Actor {
    Actor::System("mailer")
}

/// Sends a message as the mailer does, into the demo mailbox where it is accepted; gives back its secrets.
async fn send(
    id: String,
    state: MessageState,
    reply: &str,
    work: &mut Work<'_>,
) -> Result<Vec<SecretText>, Stop> {
    let taken = act(mailer(), TakeMessage { id }, work).await?;
    let Some(to_send) = taken.to_send else { return Ok(Vec::new()) };
    let message = &to_send.message;
    if state == MessageState::Accepted {
        let letter = compose(&work.desk.settings, &to_send)?;
        let deliver = DeliverToDemo {
            id: message.id.clone(),
            kind: message.kind.clone(),
            to: message.address.clone(),
            subject: letter.subject().to_owned(),
            body: SecretText::new(letter.text()),
        };
        deliver.run(work).await?;
    }
    let (id, fence) = (message.id.clone(), message.fence);
    let settle = SettleMessage { id, fence, state, reply: reply.to_owned(), secret_stayed: false };
    act(mailer(), settle, work).await?;
    Ok(to_send.secrets.iter().map(|secret| SecretText::new(secret.as_str())).collect())
}

/// Notices that a step queued go out at once.
async fn deliver_the_rest(work: &mut Work<'_>) -> Result<(), Stop> {
    for DueMessage { id, .. } in DueMessages::default().run(work).await?.messages {
        // What becomes of an unlock e-mail is told by its story alone.
        if outbox::by_id(&mut work.tx, &id).await?.is_some_and(|message| message.letter == "unlock") {
            continue;
        }
        send(id, MessageState::Accepted, "250 2.0.0 OK", work).await?;
    }
    Ok(())
}

/// Keeps a message in a state that otherwise passes within minutes.
async fn stay(id: &str, state: MessageState, work: &mut Work<'_>) -> Result<(), Stop> {
    let until = work.now + ALL_DAY;
    let taken = outbox::take(&mut work.tx, id, work.now, until).await?;
    let fence = taken.map_or(0, |(_, message)| message.fence);
    if state == MessageState::Sending {
        return Ok(());
    }
    let reply = match state {
        MessageState::Deferred => Some("421 4.3.2 Service not available, try again later"),
        MessageState::Uncertain => Some("The connection broke after the letter was handed over"),
        _ => None,
    };
    let mark = outbox::Mark { id, fence, state, reply, next_at: until, wipe: false, unsure: false };
    outbox::mark(&mut work.tx, mark, work.now).await?;
    Ok(())
}
