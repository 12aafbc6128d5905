//! An invented person, as a line of the tables in `hartwell`, `osprey`, `calder` and `northway`.

use recovery_rules::questions::{Question, find};
use recovery_rules::states::{Account, LockedBy, TwoStep, UserKind};

use super::answers::{CALLERS, set_of};
use super::companies::Company;
use super::{calder, hartwell, northway, osprey};

/// The call reference of the invented caller.
pub const CALLERS_REFERENCE: &str = "K7-204-QX";

/// The password of every invented user and operator.
pub const PASSPHRASE: &str = "quiet harbour nine lanterns";

/// An invented person. Without further words in the table: an active standard account, four answers, 2-step
/// never turned on, nothing paused or frozen.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Company name.
    pub company: &'static str,
    pub(super) domain: &'static str,
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    /// What stands before the `@`.
    pub(super) mailbox: &'static str,
    pub(super) kind: UserKind,
    pub(super) account: Account,
    pub(super) locked_by: Option<LockedBy>,
    pub(super) two_step: TwoStep,
    /// The last three digits of 07700 900xxx, which Ofcom keeps for drama.
    pub(super) phone: Option<u16>,
    pub(super) two_step_days: i64,
    /// How many of the four answers are given.
    pub(super) answered: usize,
    /// Hours from now, for calls by call reference.
    pub(super) reference_paused: Option<i64>,
    /// Hours from now.
    pub(super) frozen: Option<i64>,
    /// Hours ago.
    pub(super) last_sign_in: Option<i64>,
}

/// A person with an account.
pub(super) const fn person(
    company: Company,
    given: &'static str,
    family: &'static str,
    mailbox: &'static str,
) -> Person {
    Person {
        company: company.name,
        domain: company.domain,
        given,
        family,
        mailbox,
        kind: UserKind::Standard,
        account: Account::Active,
        locked_by: None,
        two_step: TwoStep::Never,
        phone: None,
        two_step_days: 266,
        answered: 4,
        reference_paused: None,
        frozen: None,
        last_sign_in: Some(20),
    }
}

/// The words of the tables.
impl Person {
    /// A billing user.
    pub(super) const fn billing(self) -> Self {
        Self { kind: UserKind::Billing, ..self }
    }
    /// 2-step on, with codes to 07700 900 and these three digits.
    pub(super) const fn on(self, phone: u16) -> Self {
        Self { two_step: TwoStep::On, phone: Some(phone), ..self }
    }
    /// 2-step was on and is off since so many days.
    pub(super) const fn off(self, days: i64) -> Self {
        Self { two_step: TwoStep::Off, two_step_days: days, ..self }
    }
    /// 2-step is to be set up again since so many days.
    pub(super) const fn again(self, days: i64) -> Self {
        Self { two_step: TwoStep::ToBeSetUpAgain, two_step_days: days, ..self }
    }
    /// Only so many answers given.
    pub(super) const fn answered(self, answered: usize) -> Self {
        Self { answered, ..self }
    }
    /// Locked.
    pub(super) const fn locked(self, by: LockedBy) -> Self {
        Self { account: Account::Locked, locked_by: Some(by), ..self }
    }
    /// Left the company.
    pub(super) const fn closed(self) -> Self {
        Self { account: Account::Closed, last_sign_in: Some(24 * 70), ..self }
    }
    /// The same for calls by call reference.
    pub(super) const fn reference_paused(self, hours: i64) -> Self {
        Self { reference_paused: Some(hours), ..self }
    }
    /// Contacts frozen for so many more hours.
    pub(super) const fn frozen(self, hours: i64) -> Self {
        Self { frozen: Some(hours), ..self }
    }
    /// Last signed in so many hours ago.
    pub(super) const fn seen(self, hours: i64) -> Self {
        Self { last_sign_in: Some(hours), ..self }
    }
    /// Never signed in.
    pub(super) const fn never_seen(self) -> Self {
        Self { last_sign_in: None, ..self }
    }
}

impl Person {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }

    /// E-mail address.
    pub fn email(&self) -> String {
        format!("{}@{}", self.mailbox, self.domain)
    }

    /// The questions this person answered, in the order they are asked, with the answers.
    pub fn answers(&self) -> Vec<(&'static Question, &'static str)> {
        let set = if self.mailbox == the_caller().mailbox { &CALLERS } else { set_of(self.mailbox) };
        set.iter().filter_map(|(id, answer)| Some((find(id)?, *answer))).take(self.answered).collect()
    }

    /// The phone of 2-step as one would type it.
    pub(super) fn phone(&self) -> Option<String> {
        self.phone.map(|digits| format!("07700 900{digits:03}"))
    }
}

/// The caller of the card: lost her phone on Friday, and the recovery code was on it.
pub fn the_caller() -> Person {
    hartwell::PRIYA_RAMAN
}

/// Everybody, company by company.
pub fn everybody() -> impl Iterator<Item = &'static Person> {
    [hartwell::PEOPLE, osprey::PEOPLE, calder::PEOPLE, northway::PEOPLE].into_iter().flatten()
}
