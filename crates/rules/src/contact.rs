//! What a company asks for beside the unlock link, and who may be the recovery contact of a caller (SYSTEM.md 5;
//! CORNER-CASES D10.15): a billing user of the same company, another person, whose mailbox nobody has just changed.

use crate::states::{Account, UserKind, stored_names};
use crate::time::Moment;

stored_names! {
    /// What a company asks for before an unlock link opens an account.
    RecoveryPolicy {
        /// The link and the call code.
        Link = "link",
        /// A code beside them that goes to the company's billing user.
        LinkAndContactCode = "link_and_contact_code",
    }
}

impl RecoveryPolicy {
    /// Whether going from one to another loosens the protection; that needs a second administrator.
    pub const fn loosens(self, to: Self) -> bool {
        matches!((self, to), (Self::LinkAndContactCode, Self::Link))
    }
}

/// What the rules need to know of a member who could be the contact.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// It is the caller's own account.
    pub caller: bool,
    /// Their address is one that the caller had or has.
    pub callers_mailbox: bool,
    /// Whether they belong to the caller's company.
    pub same_company: bool,
    /// Standard or billing.
    pub kind: UserKind,
    /// The state of their account.
    pub account: Account,
    /// Whether the address was proved: a first password is only ever chosen out of the mailbox.
    pub address_proved: bool,
    /// Their contacts are frozen until: somebody changed the address, and nobody proved who.
    pub frozen_until: Option<Moment>,
    /// Their phone recovery is stopped until: they just said that something wasn't them.
    pub stopped_until: Option<Moment>,
}

/// Whether the code may go to this member.
pub fn may_be_contact(candidate: &Candidate, now: Moment) -> bool {
    let past = |moment: Option<Moment>| moment.is_none_or(|until| now >= until);
    stands(candidate)
        && candidate.address_proved
        && !candidate.callers_mailbox
        && past(candidate.frozen_until)
        && past(candidate.stopped_until)
}

/// Whether a code that went to this member still counts: it is void once they are removed, lose the role, or move to
/// another company.
pub fn stands(candidate: &Candidate) -> bool {
    !candidate.caller
        && candidate.same_company
        && candidate.kind == UserKind::Billing
        && candidate.account == Account::Active
}

/// What an unlock of one account needs beside link and call code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Nothing more.
    Nothing,
    /// The code of the recovery contact.
    ContactCode,
    /// Nobody can be the contact: an administrator's approval.
    Approval,
}

/// What is needed under a company's policy.
pub const fn beside(policy: RecoveryPolicy, contact: bool) -> Beside {
    match (policy, contact) {
        (RecoveryPolicy::Link, _) => Beside::Nothing,
        (RecoveryPolicy::LinkAndContactCode, true) => Beside::ContactCode,
        (RecoveryPolicy::LinkAndContactCode, false) => Beside::Approval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000);

    fn grace() -> Candidate {
        Candidate {
            caller: false,
            callers_mailbox: false,
            same_company: true,
            kind: UserKind::Billing,
            account: Account::Active,
            address_proved: true,
            frozen_until: None,
            stopped_until: None,
        }
    }

    #[test]
    fn d10_15_the_contact_is_another_active_billing_user_of_the_company_with_a_proved_address() {
        assert!(may_be_contact(&grace(), NOW));
        let never = [
            Candidate { caller: true, ..grace() },
            Candidate { same_company: false, ..grace() },
            Candidate { kind: UserKind::Standard, ..grace() },
            Candidate { account: Account::Locked, ..grace() },
            Candidate { account: Account::Closed, ..grace() },
        ];
        for candidate in never {
            assert!(!may_be_contact(&candidate, NOW) && !stands(&candidate), "{candidate:?}");
        }
        let not_now = [
            Candidate { callers_mailbox: true, ..grace() },
            Candidate { address_proved: false, ..grace() },
            Candidate { frozen_until: Some(Moment(1_001)), ..grace() },
            Candidate { stopped_until: Some(Moment(1_001)), ..grace() },
        ];
        for candidate in not_now {
            assert!(!may_be_contact(&candidate, NOW), "{candidate:?}");
        }
        let thawed = Candidate { frozen_until: Some(NOW), stopped_until: Some(NOW), ..grace() };
        assert!(may_be_contact(&thawed, NOW));
    }

    #[test]
    fn d10_15_without_a_contact_an_administrator_approves_and_only_the_stricter_policy_asks() {
        use RecoveryPolicy::{Link, LinkAndContactCode};
        assert_eq!(beside(Link, true), Beside::Nothing);
        assert_eq!(beside(Link, false), Beside::Nothing);
        assert_eq!(beside(LinkAndContactCode, true), Beside::ContactCode);
        assert_eq!(beside(LinkAndContactCode, false), Beside::Approval);
        assert!(LinkAndContactCode.loosens(Link) && !Link.loosens(LinkAndContactCode));
        assert!(!Link.loosens(Link) && !LinkAndContactCode.loosens(LinkAndContactCode));
    }
}
