//! The rules of one recovery call: who may be verified, what the desk may do now. How a call ends stands in
//! `outcome.rs`.

use crate::policy::{Number, Policy};
use crate::states::{Account, CallState, Outcome};
use crate::time::Moment;

/// What the rules need to know of the user.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The state of the account.
    pub account: Account,
    /// How many of the four answers are given.
    pub answers: i64,
    /// Phone verification paused until.
    pub paused_until: Option<Moment>,
    /// The same for calls opened by a call reference, which have a budget of their own.
    pub reference_paused_until: Option<Moment>,
    /// Phone recovery stopped by "this wasn't me" until.
    pub stopped_until: Option<Moment>,
    /// Contacts frozen until.
    pub frozen_until: Option<Moment>,
    /// The company asks for a contact code, and nobody can be the contact.
    pub without_contact: bool,
    /// The security epoch now.
    pub epoch: i64,
}

/// What the rules need to know of the call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its state.
    pub state: CallState,
    /// Whether it was opened by a call reference.
    pub by_reference: bool,
    /// Checks used in it.
    pub checks_used: i64,
    /// Whether the last check came out right.
    pub last_check_right: bool,
    /// When it was verified.
    pub verified_at: Option<Moment>,
    /// Until when the verdict lasts.
    pub verified_until: Option<Moment>,
    /// When the day's checks were used up in this very call.
    pub pause_started_at: Option<Moment>,
    /// When the user pressed "This wasn't me".
    pub repudiated_at: Option<Moment>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The security epoch of the user when it was opened.
    pub epoch: i64,
    /// When the unlock link of this call was used.
    pub unlocked_at: Option<Moment>,
    /// An administrator approved an unlock e-mail for exactly this freeze or missing contact, and it was not sent since.
    pub approved: bool,
}

/// Why a user can't be verified by phone. For administrators only: an agent hears one neutral sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotVerify {
    /// The account is closed.
    Closed,
    /// Fewer than four answers were given.
    AnswersMissing,
    /// Too many wrong answers.
    Paused(Moment),
    /// "This wasn't me" was pressed.
    Stopped(Moment),
}

impl CannotVerify {
    /// Stable code, for the administrator's screen and the audit log.
    pub const fn code(self) -> &'static str {
        match self {
            CannotVerify::Closed => "closed",
            CannotVerify::AnswersMissing => "answers_missing",
            CannotVerify::Paused(_) => "paused",
            CannotVerify::Stopped(_) => "stopped",
        }
    }
}

/// Whether a user can be verified by phone now. An administrator's lock does not stand in the way: the link
/// then sets a password and the lock stays.
pub fn can_be_verified(caller: &Caller, by_reference: bool, now: Moment) -> Result<(), CannotVerify> {
    if caller.account == Account::Closed {
        return Err(CannotVerify::Closed);
    }
    // Before the answers: a stop ends verdicts, and missing answers must not hide it.
    if let Some(until) = caller.stopped_until.filter(|until| now < *until) {
        return Err(CannotVerify::Stopped(until));
    }
    if caller.answers < 4 {
        return Err(CannotVerify::AnswersMissing);
    }
    let paused = if by_reference { caller.reference_paused_until } else { caller.paused_until };
    match paused.filter(|until| now < *until) {
        Some(until) => Err(CannotVerify::Paused(until)),
        None => Ok(()),
    }
}

/// What the desk may do in this call now; the band of the call screen shows nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No check came out yet.
    NotVerifiedYet,
    /// The last check came out right, and the verdict is void since: by time, lock, sign-out or take-over.
    VerificationEnded,
    /// The last check failed and checks are left.
    NotVerified,
    /// Verified for this call and operator.
    Verified {
        /// Since when.
        at: Moment,
        /// Until when the e-mail can be sent.
        until: Moment,
    },
    /// Verified, but contacts are frozen, or a contact code is asked for and nobody can get it: an administrator must
    /// approve the e-mail.
    NeedsApproval,
    /// This call's checks are used.
    CallChecksUsed,
    /// The user's checks of the day were used up in this call.
    Paused {
        /// Until when.
        until: Moment,
    },
    /// Can't be verified now, for a reason that is not for agents.
    CannotBeVerified(CannotVerify),
    /// The user pressed "This wasn't me".
    Repudiated {
        /// When.
        at: Moment,
    },
    /// The unlock link of this call was used: the caller is back in.
    Unlocked {
        /// When.
        at: Moment,
    },
    /// The call is over.
    Ended(Outcome),
}

/// The standing of a call. A verdict is void once its time is over or the account changed since it opened.
pub fn standing(call: &Call, caller: &Caller, policy: &Policy, now: Moment) -> Standing {
    if let Some(at) = call.repudiated_at {
        return Standing::Repudiated { at };
    }
    if call.state == CallState::Ended {
        return Standing::Ended(call.outcome.unwrap_or(Outcome::Abandoned));
    }
    if let Some(at) = call.unlocked_at {
        return Standing::Unlocked { at };
    }
    // A stop or a closed account ends every verdict, of this call and of any other.
    if let Err(reason @ (CannotVerify::Stopped(_) | CannotVerify::Closed)) =
        can_be_verified(caller, call.by_reference, now)
    {
        return Standing::CannotBeVerified(reason);
    }
    if let (CallState::Verified, Some(at), Some(until)) = (call.state, call.verified_at, call.verified_until)
        && now < until
        && call.epoch == caller.epoch
    {
        return if needs_approval(caller, now) && !call.approved {
            Standing::NeedsApproval
        } else {
            Standing::Verified { at, until }
        };
    }
    match can_be_verified(caller, call.by_reference, now) {
        Err(CannotVerify::Paused(until)) if call.pause_started_at.is_some() => Standing::Paused { until },
        Err(reason) => Standing::CannotBeVerified(reason),
        Ok(()) if call.checks_used >= policy.count(Number::ChecksACall) => Standing::CallChecksUsed,
        // A verdict that ran out is no failure: the agent simply checks again.
        Ok(()) if call.last_check_right => Standing::VerificationEnded,
        Ok(()) if call.checks_used > 0 => Standing::NotVerified,
        Ok(()) => Standing::NotVerifiedYet,
    }
}

/// Whether no unlock e-mail goes to this user without an administrator's approval.
pub fn needs_approval(caller: &Caller, now: Moment) -> bool {
    caller.without_contact || caller.frozen_until.is_some_and(|until| now < until)
}

/// Whether so many right answers verify a caller.
pub fn verified(right: usize, policy: &Policy) -> bool {
    right as i64 >= policy.count(Number::AnswersThatMustMatch)
}

#[cfg(test)]
mod edges;
#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000_000);

    pub(super) fn caller() -> Caller {
        Caller {
            account: Account::Active,
            answers: 4,
            paused_until: None,
            reference_paused_until: None,
            stopped_until: None,
            frozen_until: None,
            without_contact: false,
            epoch: 1,
        }
    }

    pub(super) fn call() -> Call {
        Call {
            state: CallState::Open,
            by_reference: false,
            checks_used: 0,
            last_check_right: false,
            verified_at: None,
            verified_until: None,
            pause_started_at: None,
            repudiated_at: None,
            outcome: None,
            epoch: 1,
            unlocked_at: None,
            approved: false,
        }
    }

    fn verified_call() -> Call {
        Call {
            state: CallState::Verified,
            checks_used: 1,
            last_check_right: true,
            verified_at: Some(NOW),
            verified_until: Some(Moment(NOW.0 + 1)),
            ..call()
        }
    }

    #[test]
    fn missing_answers_do_not_hide_a_stop() {
        let stopped = Caller { answers: 3, stopped_until: Some(Moment(NOW.0 + 1)), ..caller() };
        let verified = Call {
            verified_until: Some(Moment(NOW.0 + 1)),
            verified_at: Some(NOW),
            state: CallState::Verified,
            ..call()
        };
        let standing = standing(&verified, &stopped, &Policy::default(), NOW);
        assert_eq!(standing, Standing::CannotBeVerified(CannotVerify::Stopped(Moment(NOW.0 + 1))));
    }

    #[test]
    fn strangers_misses_do_not_close_the_line_to_a_caller_with_a_reference() {
        let paused = Caller { paused_until: Some(Moment(NOW.0 + 1)), ..caller() };
        assert!(can_be_verified(&paused, false, NOW).is_err());
        assert_eq!(can_be_verified(&paused, true, NOW), Ok(()));
    }

    #[test]
    fn d2_7_three_answers_are_not_possible() {
        let three = Caller { answers: 3, ..caller() };
        assert_eq!(can_be_verified(&three, false, NOW), Err(CannotVerify::AnswersMissing));
    }

    #[test]
    fn d9_9_a_verdict_ends_with_its_time_and_with_a_change_of_the_account() {
        let policy = Policy::default();
        assert!(matches!(standing(&verified_call(), &caller(), &policy, NOW), Standing::Verified { .. }));
        assert_eq!(
            standing(&verified_call(), &caller(), &policy, Moment(NOW.0 + 1)),
            Standing::VerificationEnded
        );
        let changed = Caller { epoch: 2, ..caller() };
        assert_eq!(standing(&verified_call(), &changed, &policy, NOW), Standing::VerificationEnded);
        let locked =
            Call { state: CallState::Open, verified_at: None, verified_until: None, ..verified_call() };
        assert_eq!(standing(&locked, &caller(), &policy, NOW), Standing::VerificationEnded);
        let wrong = Call { last_check_right: false, ..locked };
        assert_eq!(standing(&wrong, &caller(), &policy, NOW), Standing::NotVerified);
    }

    #[test]
    fn d9_6_a_freeze_shows_only_after_verification() {
        let policy = Policy::default();
        let frozen = Caller { frozen_until: Some(Moment(NOW.0 + 1)), ..caller() };
        assert_eq!(standing(&call(), &frozen, &policy, NOW), Standing::NotVerifiedYet);
        let thawed = Caller { frozen_until: Some(NOW), ..caller() };
        assert!(matches!(standing(&verified_call(), &thawed, &policy, NOW), Standing::Verified { .. }));
        assert_eq!(standing(&verified_call(), &frozen, &policy, NOW), Standing::NeedsApproval);
    }

    #[test]
    fn d10_15_without_a_contact_the_email_waits_for_an_approval_and_an_approval_lifts_a_freeze_too() {
        let policy = Policy::default();
        let alone = Caller { without_contact: true, ..caller() };
        assert_eq!(standing(&call(), &alone, &policy, NOW), Standing::NotVerifiedYet);
        assert_eq!(standing(&verified_call(), &alone, &policy, NOW), Standing::NeedsApproval);
        let frozen = Caller { frozen_until: Some(Moment(NOW.0 + 1)), ..caller() };
        let approved = Call { approved: true, ..verified_call() };
        for caller in [alone, frozen] {
            assert!(matches!(standing(&approved, &caller, &policy, NOW), Standing::Verified { .. }));
        }
        let not_verified = Call { approved: true, ..call() };
        assert_eq!(standing(&not_verified, &alone, &policy, NOW), Standing::NotVerifiedYet);
    }

    #[test]
    fn d9_6_the_time_of_a_pause_shows_only_in_the_call_where_it_starts() {
        let policy = Policy::default();
        let until = Moment(NOW.0 + 5);
        let paused = Caller { paused_until: Some(until), ..caller() };
        let here = Call { pause_started_at: Some(NOW), checks_used: 2, ..call() };
        assert_eq!(standing(&here, &paused, &policy, NOW), Standing::Paused { until });
        let elsewhere = standing(&call(), &paused, &policy, NOW);
        assert_eq!(elsewhere, Standing::CannotBeVerified(CannotVerify::Paused(until)));
    }

    #[test]
    fn this_was_not_me_ends_the_verdict_of_another_call_too() {
        let stopped = Caller { stopped_until: Some(Moment(NOW.0 + 5)), ..caller() };
        let standing = standing(&verified_call(), &stopped, &Policy::default(), NOW);
        assert_eq!(standing, Standing::CannotBeVerified(CannotVerify::Stopped(Moment(NOW.0 + 5))));
    }
}
