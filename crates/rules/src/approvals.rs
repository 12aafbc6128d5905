//! What needs a second administrator, and who may be the second. SYSTEM.md 3 and 6: a reset of a billing user, under a
//! freeze, within a day of a call, and every resumption of phone verification. An approval is by another person, bound
//! to its content, for a quarter of an hour, once; where there is nobody else it takes a day instead.

use crate::policy::{Number, Policy};
use crate::states::{TwoStep, stored_names};
use crate::time::{Moment, Span};

/// A call or a password reset counts as just made for so long (SYSTEM.md 6: within 24 h of a call).
pub const LATELY: Span = Span::hours(24);

stored_names! {
    /// What administrators decide.
    ApprovalKind {
        /// A call passed on by an agent.
        PassedOn = "passed_on",
        /// A concern flagged by an agent.
        Flagged = "flagged",
        /// A 2-step reset that needs two.
        ResetTwoStep = "reset_two_step",
        /// Phone verification is to go on before its pause or stop is over.
        ResumePhone = "resume_phone",
        /// An account is to be opened that its owner or repeated failure locked.
        UnlockAccount = "unlock_account",
        /// A number of the policy is to be loosened.
        ChangePolicy = "change_policy",
        /// The protection of a company is to be loosened.
        ChangeCompany = "change_company",
        /// A company's recovery policy is to be loosened.
        ChangeCompanyRecovery = "change_company_recovery",
        /// The unlock e-mail of a call is to be sent although contacts are frozen or there is no recovery contact.
        SendUnlock = "send_unlock",
    }
}

impl ApprovalKind {
    /// Whether it is a request of one administrator to another, not a report of an agent.
    pub const fn needs_second(self) -> bool {
        !matches!(self, Self::PassedOn | Self::Flagged)
    }
}

/// What the rules need to know before a 2-step reset.
#[derive(Clone, Copy, Debug)]
pub struct BeforeReset {
    /// The user is a billing user, or an operator's own account.
    pub privileged: bool,
    /// Contacts are frozen now.
    pub frozen: bool,
    /// It is the decision about a call that an agent passed on or flagged.
    pub reported: bool,
    /// When the last call about the user was opened.
    pub last_call: Option<Moment>,
    /// When a reset link was last used.
    pub last_reset_by_link: Option<Moment>,
}

/// Why a second administrator is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhySecond {
    /// The user is a billing user, or an operator.
    Privileged,
    /// A contact change is frozen.
    Frozen,
    /// An agent passed a call on or flagged it.
    Reported,
    /// There was a call in the last day.
    CalledLately,
    /// The password was reset by link in the last day.
    PasswordResetLately,
}

impl WhySecond {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Frozen => "frozen",
            Self::Reported => "reported",
            Self::CalledLately => "called_lately",
            Self::PasswordResetLately => "password_reset_lately",
        }
    }
}

/// Whether a reset needs a second administrator.
pub fn reset_needs_second(before: &BeforeReset, now: Moment) -> Option<WhySecond> {
    let lately = |moment: Option<Moment>| moment.is_some_and(|at| now < at + LATELY);
    if before.privileged {
        Some(WhySecond::Privileged)
    } else if before.frozen {
        Some(WhySecond::Frozen)
    } else if before.reported {
        Some(WhySecond::Reported)
    } else if lately(before.last_call) {
        Some(WhySecond::CalledLately)
    } else if lately(before.last_reset_by_link) {
        Some(WhySecond::PasswordResetLately)
    } else {
        None
    }
}

/// Until when no link for a new password is sent: for a day after one administrator alone reset 2-step (D11.3, the other
/// way round). Together the two would let the mailbox be enough. Two administrators, and 2-step that is on again, lift it.
pub fn reset_by_link_waits(reset_alone: Option<Moment>, state: TwoStep, now: Moment) -> Option<Moment> {
    let until = reset_alone? + LATELY;
    (state != TwoStep::On && now < until).then_some(until)
}

/// How long an unlock e-mail stays approved that was asked for by passing a call on: the caller is told and has to call
/// again. A new change of contacts, or of anything that raises the security epoch, ends it before.
pub const SEND_APPROVED: Span = Span::hours(24);

/// How long such a request waits: the caller has hung up, and administrators look at what was passed on when they can.
pub const PASSED_ON_WAITS: Span = Span::hours(24);

/// How long a single administrator can finish what had to wait for a day: longer than a quarter of an hour, because
/// nobody sits and waits for the very minute.
pub const ALONE_WINDOW: Span = Span::hours(24);

/// When a request for approval ends: after a quarter of an hour, of a call passed on after a day; where nobody else can
/// approve, a day after the day that the asker has to wait.
pub fn request_ends(alone: bool, passed_on: bool, asked_at: Moment, policy: &Policy) -> Moment {
    match (alone, passed_on) {
        (true, _) => asked_at + policy.span(Number::AloneWaits) + ALONE_WINDOW,
        (false, true) => asked_at + PASSED_ON_WAITS,
        (false, false) => asked_at + policy.span(Number::ApprovalLife),
    }
}

/// What the rules need to know of a request and of whoever wants to approve it.
#[derive(Clone, Copy, Debug)]
pub struct Approving {
    /// Whether it is the one who asked.
    pub asker: bool,
    /// Whether no other administrator is active.
    pub alone: bool,
    /// Whether one of the two gave the other access in the last day: they could be one person.
    pub access_by_the_other_today: bool,
    /// When it was asked.
    pub asked_at: Moment,
    /// When the request ends.
    pub expires_at: Moment,
    /// Whether the account changed since it was asked.
    pub account_changed: bool,
}

/// Why somebody can't approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotApprove {
    /// It is their own request.
    OwnRequest,
    /// Nobody else is there: the day isn't over yet.
    AloneUntil(Moment),
    /// One of the two gave the other access today.
    MadeByAsker,
    /// The request is too old.
    Expired,
    /// Something changed since: what was seen is not what would be done.
    Changed,
}

/// Whether a request may be approved by this administrator now.
///
/// # Errors
/// Why not.
pub fn may_approve(facts: &Approving, policy: &Policy, now: Moment) -> Result<(), CannotApprove> {
    if now >= facts.expires_at {
        return Err(CannotApprove::Expired);
    }
    if facts.account_changed {
        return Err(CannotApprove::Changed);
    }
    if facts.asker {
        if !facts.alone {
            return Err(CannotApprove::OwnRequest);
        }
        let from = facts.asked_at + policy.span(Number::AloneWaits);
        return if now < from { Err(CannotApprove::AloneUntil(from)) } else { Ok(()) };
    }
    if facts.access_by_the_other_today {
        return Err(CannotApprove::MadeByAsker);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(100_000_000_000);

    fn quiet() -> BeforeReset {
        BeforeReset {
            privileged: false,
            frozen: false,
            reported: false,
            last_call: None,
            last_reset_by_link: None,
        }
    }

    #[test]
    fn d11_1_a_reset_near_a_call_of_a_billing_user_or_under_a_freeze_needs_two() {
        assert_eq!(reset_needs_second(&quiet(), NOW), None);
        let billing = BeforeReset { privileged: true, ..quiet() };
        assert_eq!(reset_needs_second(&billing, NOW), Some(WhySecond::Privileged));
        let frozen = BeforeReset { frozen: true, ..quiet() };
        assert_eq!(reset_needs_second(&frozen, NOW), Some(WhySecond::Frozen));
        let called = |ago: Span| BeforeReset { last_call: Some(NOW - ago), ..quiet() };
        assert_eq!(reset_needs_second(&called(Span(LATELY.0 - 1)), NOW), Some(WhySecond::CalledLately));
        assert_eq!(reset_needs_second(&called(LATELY), NOW), None);
        let reported = BeforeReset { reported: true, ..quiet() };
        assert_eq!(reset_needs_second(&reported, NOW), Some(WhySecond::Reported));
        let reset = BeforeReset { last_reset_by_link: Some(NOW), ..quiet() };
        assert_eq!(reset_needs_second(&reset, NOW), Some(WhySecond::PasswordResetLately), "D11.3");
    }

    #[test]
    fn d11_3_no_link_for_a_day_after_a_reset_by_one_unless_two_step_is_on_again() {
        let waits = |ago: Span, state| reset_by_link_waits(Some(NOW - ago), state, NOW);
        assert_eq!(waits(Span(LATELY.0 - 1), TwoStep::ToBeSetUpAgain), Some(Moment(NOW.0 + 1)));
        assert_eq!(waits(LATELY, TwoStep::ToBeSetUpAgain), None);
        assert_eq!(waits(Span(0), TwoStep::Off), Some(NOW + LATELY));
        assert_eq!(waits(Span(0), TwoStep::On), None);
        assert_eq!(reset_by_link_waits(None, TwoStep::ToBeSetUpAgain, NOW), None);
    }

    #[test]
    fn d11_2_nobody_approves_the_own_request_or_one_by_whoever_made_them_today() {
        let policy = Policy::default();
        let asked = Approving {
            asker: false,
            alone: false,
            access_by_the_other_today: false,
            asked_at: NOW,
            expires_at: request_ends(false, false, NOW, &policy),
            account_changed: false,
        };
        assert_eq!(may_approve(&asked, &policy, NOW), Ok(()));
        let own = Approving { asker: true, ..asked };
        assert_eq!(may_approve(&own, &policy, NOW), Err(CannotApprove::OwnRequest));
        let made = Approving { access_by_the_other_today: true, ..asked };
        assert_eq!(may_approve(&made, &policy, NOW), Err(CannotApprove::MadeByAsker));
        let changed = Approving { account_changed: true, ..asked };
        assert_eq!(may_approve(&changed, &policy, NOW), Err(CannotApprove::Changed));
        let late = NOW + Span::minutes(15);
        assert_eq!(may_approve(&asked, &policy, Moment(late.0 - 1)), Ok(()));
        assert_eq!(may_approve(&asked, &policy, late), Err(CannotApprove::Expired));
    }

    #[test]
    fn agents_report_and_administrators_ask_for_a_second() {
        let needs = |kind: &ApprovalKind| kind.needs_second();
        assert!(![ApprovalKind::PassedOn, ApprovalKind::Flagged].iter().any(needs));
        assert_eq!(ApprovalKind::ALL.iter().filter(|kind| needs(kind)).count(), ApprovalKind::ALL.len() - 2);
    }

    #[test]
    fn every_reason_for_a_second_has_its_stable_code() {
        use WhySecond::*;
        let codes = [Privileged, Frozen, Reported, CalledLately, PasswordResetLately].map(WhySecond::code);
        let stable = ["privileged", "frozen", "reported", "called_lately", "password_reset_lately"];
        assert_eq!(codes, stable);
    }

    #[test]
    fn a_request_ends_after_a_quarter_of_an_hour_or_where_nobody_waits_after_a_day() {
        let policy = Policy::default();
        let ends = |alone, passed_on| request_ends(alone, passed_on, NOW, &policy);
        assert_eq!(ends(false, false), NOW + Span::minutes(15));
        assert_eq!(ends(false, true), NOW + Span::hours(24));
        assert_eq!(ends(true, false), NOW + Span::hours(48));
        assert_eq!(ends(true, true), NOW + Span::hours(48));
    }

    #[test]
    fn a_single_administrator_waits_a_day() {
        let policy = Policy::default();
        let alone = Approving {
            asker: true,
            alone: true,
            access_by_the_other_today: false,
            asked_at: NOW,
            expires_at: request_ends(true, false, NOW, &policy),
            account_changed: false,
        };
        let day = NOW + Span::hours(24);
        assert_eq!(may_approve(&alone, &policy, Moment(day.0 - 1)), Err(CannotApprove::AloneUntil(day)));
        assert_eq!(may_approve(&alone, &policy, day), Ok(()));
        assert_eq!(may_approve(&alone, &policy, day + ALONE_WINDOW), Err(CannotApprove::Expired));
        let joined = Approving { alone: false, ..alone };
        assert_eq!(
            may_approve(&joined, &policy, day),
            Err(CannotApprove::OwnRequest),
            "somebody else is there now"
        );
    }
}
