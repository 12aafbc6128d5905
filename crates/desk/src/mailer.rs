//! The mailer: for each due message take it, write the letter, send it, and mark how that ended. What carries a message
//! is chosen by its kind (`carrier.rs`); what a state means and when it is tried again is decided in
//! `operations/messages`.

mod queue_alarm;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::states::MessageKind;
use recovery_rules::time::{Moment, Span};
use tokio::time::Instant;

use self::queue_alarm::QueueAlarm;
use crate::caller::Caller;
use crate::carrier::{Carrier, Carriers, Ended};
use crate::compose::compose;
use crate::desk::Desk;
use crate::fail_points;
use crate::failure::{Failure, Fault};
use crate::operations::messages::{
    DueMessage, DueMessages, LEASE, PutOffMessage, SEND_WITHIN, SettleMessage, TakeMessage, ToSend,
    UNWRITABLE,
};
use crate::operations::request_reset::{PrepareReset, ResetsAsked};
use crate::sms::SmsSettingsProblem;
use crate::smtp::SmtpSettingsProblem;

/// Under this name the mailer stands in the audit log.
const CALLER: Caller = Caller::System("mailer");
/// Between two tries to mark a message while the database is away.
const MARK_PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// Sends what waits in the outbox.
pub struct Mailer {
    desk: Desk,
    carriers: Carriers,
    alarm: QueueAlarm,
}

/// The settings of the post can't work.
#[derive(Debug, thiserror::Error)]
pub enum PostProblem {
    /// Those of the mail server.
    #[error(transparent)]
    Mail(#[from] SmtpSettingsProblem),
    /// Those of the SMS gateway.
    #[error(transparent)]
    Texts(#[from] SmsSettingsProblem),
}

/// What one round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Messages that were taken or put off.
    pub handled: usize,
    /// Whether more may be due already.
    pub more: bool,
}

/// When a message was taken, by the clock that a stopped process doesn't stop and by the one that a sleeping machine
/// doesn't.
#[derive(Clone, Copy)]
struct TakenAt {
    monotonic: Instant,
    wall: Moment,
}

impl Mailer {
    /// A mailer of a desk, with its mail server and SMS gateway if they are set.
    ///
    /// # Errors
    /// Their settings can't work.
    pub fn new(desk: Desk) -> Result<Self, PostProblem> {
        Ok(Self { carriers: Carriers::of(&desk)?, alarm: QueueAlarm::default(), desk })
    }

    /// Sends what is due now, a batch at most.
    ///
    /// # Errors
    /// The first fault; what stands behind it was tried all the same.
    pub async fn run_once(&self) -> Result<Round, Failure> {
        // What fails before keeps no letter waiting.
        let alarm = self.alarm.look(&self.desk, &CALLER).await;
        let mut fault = alarm.and(self.prepare_resets().await).err();
        let due = self.ask(self.due_here()).await?;
        let mut down = HashMap::new();
        let mut handled = 0;
        for message in due.messages {
            match self.one(message, &mut down).await {
                Ok(()) => handled += 1,
                // Another worker was faster.
                Err(Failure::Refused(Refusal::NotFound)) => {}
                Err(failure) => fault = fault.or(Some(failure)),
            }
        }
        fault.map_or(Ok(Round { handled, more: due.more }), Err)
    }

    /// What this desk can't carry at all is left for a while to others on the same database that can.
    const fn due_here(&self) -> DueMessages {
        DueMessages {
            mails_due_for: self.carriers.for_kind(MessageKind::Mail).leaves_to_others(),
            texts_due_for: self.carriers.for_kind(MessageKind::Sms).leaves_to_others(),
        }
    }

    /// Reset links are made here, so that asking for one takes the same time whoever asks.
    async fn prepare_resets(&self) -> Result<(), Failure> {
        let mut fault = None;
        for id in self.ask(ResetsAsked {}).await?.ids {
            match self.ask(PrepareReset { id }).await {
                // Another worker was faster.
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(failure) => fault = fault.or(Some(failure)),
            }
        }
        fault.map_or(Ok(()), Err)
    }

    /// One message. Nothing is held between the steps but the lease. `down` remembers for this round which carriers
    /// can't be reached, so that one silent server costs one wait and not one a message.
    async fn one(&self, due: DueMessage, down: &mut HashMap<MessageKind, String>) -> Result<(), Failure> {
        let carrier = self.carriers.for_kind(due.kind);
        if let Some(reply) = self.why_not(carrier, due.kind, down).await {
            self.ask(PutOffMessage { id: due.id, reply }).await?;
            return Ok(());
        }
        let taken_at = self.moment();
        let Some(to_send) = self.ask(TakeMessage { id: due.id }).await?.to_send else { return Ok(()) };
        let ended = self.send(carrier, &to_send, taken_at).await?;
        if ended.carrier_is_down {
            down.insert(due.kind, ended.reply.clone());
        }
        self.mark(&to_send, ended, taken_at).await
    }

    async fn why_not(
        &self,
        carrier: &Carrier,
        kind: MessageKind,
        down: &mut HashMap<MessageKind, String>,
    ) -> Option<String> {
        if let Some(reply) = down.get(&kind) {
            return Some(reply.clone());
        }
        let reply = carrier.ready().await.err()?;
        down.insert(kind, reply.clone());
        Some(reply)
    }

    /// Writes and sends. Whatever is wrong with this one message, a panic too, is its own misfortune.
    async fn send(&self, carrier: &Carrier, to_send: &ToSend, taken_at: TakenAt) -> Result<Ended, Failure> {
        let sending = async {
            let composed = match compose(&self.desk.settings, to_send) {
                Ok(composed) => composed,
                Err(fault) => return Ok(unwritable(to_send, &fault)),
            };
            fail_points::pass(["mailer", "before_send", ""]);
            if self.too_late(taken_at) {
                return Ok(Ended::not_now("this desk was held up before it could send", false));
            }
            let ended = carrier.send(&self.desk, &CALLER, to_send, composed).await;
            fail_points::pass(["mailer", "after_send", ""]);
            ended
        };
        AssertUnwindSafe(sending).catch_unwind().await.unwrap_or_else(|_| {
            Ok(unwritable(to_send, &Fault::Stored("writing the letter broke off".to_owned())))
        })
    }

    /// Marks how it ended. While the database is away the mark waits here for as long as the lease lasts: forgotten, it
    /// would let the letter go out twice.
    async fn mark(&self, to_send: &ToSend, ended: Ended, taken_at: TakenAt) -> Result<(), Failure> {
        let mark = SettleMessage {
            id: to_send.message.id.clone(),
            fence: to_send.message.fence,
            state: ended.state,
            reply: ended.reply,
            secret_stayed: ended.secret_stayed && to_send.fresh,
        };
        let [mut pause, longest] = MARK_PAUSES;
        loop {
            match self.ask(mark.clone()).await {
                Ok(settled) => {
                    if !settled.marked {
                        tracing::warn!(message = mark.id, "marked too late: another worker has this message");
                    }
                    return Ok(());
                }
                Err(failure) if away(&failure) && taken_at.monotonic.elapsed() + pause < LEASE => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Whether this worker was stopped for so long that its lease might end before the answer comes.
    fn too_late(&self, taken_at: TakenAt) -> bool {
        let within = Span::seconds(i64::try_from(SEND_WITHIN.as_secs()).unwrap_or(0));
        taken_at.monotonic.elapsed() > SEND_WITHIN || self.desk.clock.machine() > taken_at.wall + within
    }

    fn moment(&self) -> TakenAt {
        TakenAt { monotonic: Instant::now(), wall: self.desk.clock.machine() }
    }

    async fn ask<O: crate::operation::Operation>(&self, request: O) -> Result<O::Answer, Failure> {
        self.desk.perform(&CALLER, Door::System, None, request).await
    }
}

/// Whether the database may be there again in a moment: it is busy or full, or something broke.
const fn away(failure: &Failure) -> bool {
    matches!(failure, Failure::Fault { .. } | Failure::Refused(Refusal::Busy | Refusal::StorageFull))
}

fn unwritable(to_send: &ToSend, fault: &Fault) -> Ended {
    tracing::error!(message = to_send.message.id, %fault, "a message can't be written");
    Ended::failed(UNWRITABLE)
}
